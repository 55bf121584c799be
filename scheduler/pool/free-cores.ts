import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** So much of one core idle is a core that has time for more. */
const IDLE_CORES_MIN = 0.5

/** Whether the host had a core to spare lately. */
export class FreeCores {
  #before = readTimes()
  #any = true

  /** True where it cannot be known. */
  get any(): boolean {
    return this.#any
  }

  /** Looks at what the cores did since the last look. */
  look(): void {
    const now = readTimes()
    const total = now.total - this.#before.total
    const idle = now.idle - this.#before.idle
    this.#before = now
    this.#any = total <= 0 || (idle / total) * availableParallelism() >= IDLE_CORES_MIN
  }
}

/** Of all cores since the host booted, in ticks; `man 5 proc_stat`. */
function readTimes(): { total: number; idle: number } {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1)
    const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] =
      line.trim().split(/\s+/).slice(1).map(Number)
    const waiting = idle + iowait
    return { total: waiting + user + nice + system + irq + softirq + steal, idle: waiting }
  } catch {
    return { total: 0, idle: 0 } // Not Linux.
  }
}
