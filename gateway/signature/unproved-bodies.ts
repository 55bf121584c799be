import type { IncomingMessage } from 'node:http'
import { HearthError } from '../../core/errors.ts'

/** What everybody may send; every route takes as much. */
const SMALL_BYTES = 1024 * 1024
const COUNT_MAX = 16
const RETRY_AFTER_SECONDS = 5

/**
 * Bounds the memory for bodies whose signatures can be proved only when they are there: the id of a
 * key, which is in every presigned URL, is enough to have one read.
 */
export class UnprovedBodies {
  #count = 0

  /** Counts the body of a request until it ends. Throws TooManyUnproved. */
  take(request: IncomingMessage): void {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
    if (encoding === undefined && Number(length ?? 0) <= SMALL_BYTES) return
    if (this.#count >= COUNT_MAX) {
      const details = { limit: COUNT_MAX }
      throw new HearthError('TooManyUnproved', details, { retryAfterSeconds: RETRY_AFTER_SECONDS })
    }
    this.#count += 1
    request.once('close', () => {
      this.#count -= 1
    })
  }
}
