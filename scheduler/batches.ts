import { randomUUID } from 'node:crypto'
import { Flusher } from '../core/flusher.ts'
import type { Logger } from '../core/logs/logger.ts'
import type { BatchId } from '../core/redis/batch-id.ts'
import { isRefusal } from '../core/redis/redis.ts'
import { waitAtMost } from './deadline.ts'

const FLUSH_MS = 5000
/** Where Redis takes nothing, the first try ends it sooner. */
const CLOSE_MS = 5000

export interface BatchesOptions<T> {
  /** For the log: what is counted, in the plural. */
  what: string
  log: Logger
  /** Hands over all that was counted since, bounded, as batches of a size that one script takes. */
  take(): T[]
  /** Rejects where it may not have been stored; the same is sent again then. */
  write(id: BatchId, batch: T): Promise<void>
}

/**
 * Writes what is counted in memory every few seconds, each batch once: one after the other, and each
 * under its own number until the store has it. While Redis is away they wait; the last seconds before a
 * kill are lost.
 */
export class Batches<T> {
  readonly #options: BatchesOptions<T>
  readonly #writer = randomUUID()
  /** Of the first one that waits. */
  #number = 1
  #waiting: T[] = []
  readonly #flusher = new Flusher(() => this.#write())

  constructor(options: BatchesOptions<T>) {
    this.#options = options
  }

  /** There is something to be written, within seconds. */
  soon(): void {
    this.#flusher.later(FLUSH_MS)
  }

  /** Writes what is left, unless Redis takes nothing. */
  async close(): Promise<void> {
    this.#flusher.stop()
    await waitAtMost(CLOSE_MS, this.#flusher.now())
  }

  /** What waits from before comes first, as it was: its store may have it already. */
  async #write(): Promise<void> {
    if (!(await this.#writeWaiting())) return
    this.#waiting = this.#options.take()
    await this.#writeWaiting()
  }

  /** Whether all of them are written. */
  async #writeWaiting(): Promise<boolean> {
    const { write, what, log } = this.#options
    for (let [batch] = this.#waiting; batch !== undefined; [batch] = this.#waiting) {
      try {
        await write({ writer: this.#writer, number: this.#number }, batch)
      } catch (err) {
        if (!isRefusal(err)) {
          log.debug({ err }, `${what} could not be written; they wait`)
          this.soon()
          return false
        }
        // It would be refused again, and hold up all that comes after it.
        log.error({ err }, `${what}: Redis refuses some, which are lost`)
      }
      this.#waiting.shift()
      this.#number += 1
    }
    return true
  }
}
