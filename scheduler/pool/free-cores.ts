import { readFileSync } from 'node:fs'

/** So much of one core idle is a core that has time for more. */
const IDLE_CORES_MIN = 0.5
/** The host counts in ticks of 10 ms: of less than a few of them nothing can be said. */
const SHORT_LOOK_MS = 25
/** On a busy host the cores rest for a moment wherever somebody stands still: that is no core to spare. */
const LONG_LOOK_MS = 250

/** What all cores of the host did since it booted, in ticks. */
interface CoreTimes {
  cores: number
  total: number
  idle: number
}

/** Whether the host had a core to spare lately: just now, and for a while. */
export class FreeCores {
  #times = now()
  readonly #short = new Look(SHORT_LOOK_MS, this.#times)
  readonly #long = new Look(LONG_LOOK_MS, this.#times)

  /** True where it cannot be known. */
  get any(): boolean {
    return this.#short.hadFreeCore && this.#long.hadFreeCore
  }

  /** Cores of the host; 0 where it cannot be known. */
  get count(): number {
    return this.#times.cores
  }

  /** Looks at what the cores did since the last look, if that was not just now. */
  look(): void {
    const at = performance.now()
    if (!this.#short.isDue(at)) return
    // Read once for both: whoever waits for a first sandbox waits for it.
    this.#times = now()
    this.#short.take(at, this.#times)
    if (this.#long.isDue(at)) this.#long.take(at, this.#times)
  }
}

/** What the cores did over a time that is not shorter than this. */
class Look {
  readonly #ms: number
  #at = performance.now()
  #times: CoreTimes
  hadFreeCore = true

  constructor(ms: number, times: CoreTimes) {
    this.#ms = ms
    this.#times = times
  }

  isDue(at: number): boolean {
    return at - this.#at >= this.#ms
  }

  take(at: number, times: CoreTimes): void {
    this.hadFreeCore = hadFreeCore(this.#times, times)
    this.#at = at
    this.#times = times
  }
}

/** Whether between two looks a core had nothing to do for most of the time, in sum over all cores. */
export function hadFreeCore(before: CoreTimes, after: CoreTimes): boolean {
  const total = after.total - before.total
  const idle = after.idle - before.idle
  return total <= 0 || (idle / total) * after.cores >= IDLE_CORES_MIN
}

/** Reads the text of /proc/stat; see `man 5 proc_stat`. */
export function coreTimes(stat: string): CoreTimes {
  const [, ticks = ''] = /^cpu +(.*)$/m.exec(stat) ?? []
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] =
    ticks.split(' ').map(Number)
  const waiting = idle + iowait
  const total = waiting + user + nice + system + irq + softirq + steal
  return { cores: stat.match(/^cpu\d+ /gm)?.length ?? 0, total, idle: waiting }
}

function now(): CoreTimes {
  try {
    return coreTimes(readFileSync('/proc/stat', 'utf8'))
  } catch {
    return { cores: 0, total: 0, idle: 0 } // Not Linux.
  }
}
