/** How soon a worker that takes nothing any more is noticed. */
export interface Watch {
  everyMs: number
  /** So many looks in a row that nothing has come of. */
  missesMax: number
}

/** A worker that takes nothing is opened anew after some nine seconds. */
export const WATCH: Watch = { everyMs: 3000, missesMax: 3 }

export interface CanaryParts {
  /** Puts a job into the queue that reaches this worker, if it lives. Rejects while Redis is away. */
  give(): Promise<void>
  /** Whether the worker has as many jobs in hand as it may. */
  isFull(): boolean
  /** The worker has fallen silent. */
  silent(): Promise<void>
}

/**
 * Notices a worker that has stopped taking jobs without saying so: its blocked read never ended, or
 * its loop did. Where nothing was taken for a while it gives a job of its own; Redis has it, and
 * still nothing is taken: the worker is silent. Looks are counted, not time, so that a process that
 * stood still itself blames nobody.
 */
export class Canary {
  readonly #parts: CanaryParts
  readonly #watch: Watch
  #timer: NodeJS.Timeout | undefined
  #heard = false
  #misses = 0
  #closed = false

  constructor(parts: CanaryParts, watch: Watch) {
    this.#parts = parts
    this.#watch = watch
    this.#wait()
  }

  /** The worker has taken a job, whatever it was. */
  heard(): void {
    this.#heard = true
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #wait(): void {
    if (this.#closed) return
    this.#timer = setTimeout(
      () => void this.#look().finally(() => this.#wait()),
      this.#watch.everyMs,
    )
    this.#timer.unref()
  }

  async #look(): Promise<void> {
    const lives = this.#heard || this.#parts.isFull()
    this.#heard = false
    if (lives) this.#misses = 0
    else if (this.#misses < this.#watch.missesMax) await this.#give()
    else {
      this.#misses = 0
      // Where that fails too the worker stays silent, and so many misses later it is tried again.
      await this.#parts.silent().catch(() => undefined)
    }
  }

  async #give(): Promise<void> {
    try {
      await this.#parts.give()
      this.#misses += 1
    } catch {
      // Redis took none: that says nothing of the worker.
      this.#misses = 0
    }
  }
}
