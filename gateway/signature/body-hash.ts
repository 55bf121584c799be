import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { EMPTY_HASH } from './verification.ts'

/**
 * SHA-256 of a body, taken while somebody else reads it: nothing is kept, and nothing flows before
 * its reader is there.
 */
export class BodyHash {
  readonly #hash = createHash('sha256')
  #state: 'none' | 'unread' | 'read'
  #hex: string | undefined

  constructor(request: IncomingMessage) {
    this.#state = hasBody(request) ? 'unread' : 'none'
    if (this.#state === 'none') return
    const readerComes = (event: string | symbol) => {
      if (event !== 'data') return
      request.off('newListener', readerComes)
      request.on('data', (chunk: Buffer) => this.#hash.update(chunk))
      request.once('end', () => {
        this.#state = 'read'
      })
    }
    request.on('newListener', readerComes)
  }

  /** In hexadecimal digits; undefined while the body is not read to its end. */
  get hex(): string | undefined {
    if (this.#state === 'none') return EMPTY_HASH
    if (this.#state === 'read') this.#hex ??= this.#hash.digest('hex')
    return this.#hex
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  const { 'transfer-encoding': encoding, 'content-length': length = '0' } = headers
  return encoding !== undefined || Number(length) !== 0
}
