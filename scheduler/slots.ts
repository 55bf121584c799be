import { HearthError } from '../core/errors.ts'

/** Lets at most `size` pieces of work run at once; at most `waitingMax` wait, first come first served. */
export class Slots {
  readonly #size: number
  readonly #waitingMax: number
  readonly #waiting: (() => void)[] = []
  #taken = 0

  constructor(size: number, waitingMax: number) {
    this.#size = size
    this.#waitingMax = waitingMax
  }

  /** Rejects with SandboxFailed, without running the work, when too many wait. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#taken < this.#size) this.#taken += 1
    else await this.#turn()
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#taken -= 1
    }
  }

  async #turn(): Promise<void> {
    if (this.#waiting.length >= this.#waitingMax) {
      throw new HearthError('SandboxFailed', { reason: 'too many calls to the engine wait' })
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    await promise
  }
}
