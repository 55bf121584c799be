import { STREAM_WINDOW_BYTES } from '../core/links/answer-stream.ts'
import type { StreamedAnswer } from '../core/links/invoke-link.ts'
import type { LinkAnswer } from '../core/links/link-wire.ts'

/** All answers share one connection: a large chunk must not hold the others up. */
const PIECE_BYTES = 64 * 1024

/**
 * One streamed answer on its way to a gateway. No more is sent than the gateway has said it has
 * read, and a window: whoever reads slowly there holds the handler back, and no other answer.
 */
export class LinkStream {
  readonly #n: number
  readonly #send: (answer: LinkAnswer, bytes?: Buffer) => void
  #room = STREAM_WINDOW_BYTES
  #hasLeft = false
  #wake = () => {}

  constructor(n: number, send: (answer: LinkAnswer, bytes?: Buffer) => void) {
    this.#n = n
    this.#send = send
  }

  /** Resolves when all is sent, or nobody reads any more. */
  async send({ executedVersion, contentType, chunks }: StreamedAnswer): Promise<void> {
    const n = this.#n
    this.#send({ type: 'begun', n, executedVersion, contentType })
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      for (let start = 0; start < chunk.length; start += PIECE_BYTES) {
        await this.#roomFor()
        if (this.#hasLeft) return
        const piece = chunk.subarray(start, start + PIECE_BYTES)
        this.#room -= piece.length
        this.#send({ type: 'chunk', n }, piece)
      }
    }
  }

  taken(bytes: number): void {
    this.#room += bytes
    this.#wake()
  }

  leave(): void {
    this.#hasLeft = true
    this.#wake()
  }

  async #roomFor(): Promise<void> {
    while (this.#room <= 0 && !this.#hasLeft) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
