import { HearthError } from '../core/errors.ts'

/**
 * Lets at most `size` pieces of work run at once; at most `waitingMax` wait, first come first served,
 * and each of them at most `waitMsMax`.
 */
export class Slots {
  readonly #size: number
  readonly #waitingMax: number
  readonly #waitMsMax: number
  readonly #waiting = new Set<() => void>()
  #taken = 0

  constructor(size: number, waitingMax: number, waitMsMax: number) {
    this.#size = size
    this.#waitingMax = waitingMax
    this.#waitMsMax = waitMsMax
  }

  /** Rejects with SandboxFailed, without running the work, when too many wait, or it waited too long. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#taken < this.#size) this.#taken += 1
    else await this.#turn()
    try {
      return await work()
    } finally {
      const [next] = this.#waiting
      if (next) next()
      else this.#taken -= 1
    }
  }

  async #turn(): Promise<void> {
    if (this.#waiting.size >= this.#waitingMax) throw refusal('too many calls to the engine wait')
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const turn = () => {
      this.#waiting.delete(turn)
      clearTimeout(late)
      resolve()
    }
    const late = setTimeout(() => {
      this.#waiting.delete(turn)
      reject(refusal('the calls to the engine before this one take too long'))
    }, this.#waitMsMax)
    this.#waiting.add(turn)
    await promise
  }
}

function refusal(reason: string): HearthError {
  return new HearthError('SandboxFailed', { reason })
}
