import type { RunnableFunction } from './call.ts'
import type { Standstill } from './standstill.ts'

/** Lambda's limit for loading, beside the timeout; a longer one raises it, as Lambda's second try would. */
const INIT_MS_MAX = 10_000

export function initMsMax({ definition }: RunnableFunction): number {
  return Math.max(INIT_MS_MAX, definition.timeoutSeconds * 1000)
}

/**
 * The time that a sandbox has: for its init, then for each of its invocations. These have all the
 * same, so the timer runs on when one has ended, and is only set back for the next.
 */
export class SandboxClock {
  readonly #standstill: Standstill
  readonly #late: () => void
  #timer: NodeJS.Timeout | undefined
  #ms = 0
  #lostBefore = 0

  /** `late` is called when the time has run out, also where nothing runs any more. */
  constructor(standstill: Standstill, late: () => void) {
    this.#standstill = standstill
    this.#late = late
  }

  start(ms: number): void {
    this.#lostBefore = this.#standstill.lostMs
    if (this.#timer && this.#ms === ms) this.#timer.refresh()
    else this.#set(ms)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #set(ms: number): void {
    clearTimeout(this.#timer)
    this.#ms = ms
    // Node counts whole milliseconds from the loop's last look at the clock: it may ring one early.
    this.#timer = setTimeout(() => this.#ring(), ms + 1)
  }

  #ring(): void {
    const lostMs = this.#standstill.lostMs - this.#lostBefore
    this.#lostBefore += lostMs
    if (lostMs > 0) this.#set(lostMs)
    else this.#late()
  }
}
