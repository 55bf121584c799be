import { Readable } from 'node:stream'
import type { InvokeAnswer, StreamedAnswer } from './invoke-link.ts'

/** Bytes that wait for a slow reader at one place on the way; whoever sends is held back beyond them. */
export const STREAM_WINDOW_BYTES = 256 * 1024

/** A non-streaming handler's answer is JSON. */
const DEFAULT_TYPE = 'application/json'

/** Where the bytes of a streamed answer come from. */
export interface AnswerSource {
  /** Nothing more for now: the reader is slower. What is on its way is still taken. */
  pause(): void
  /** The reader has taken something, or does not want any more: then everything is dropped. */
  resume(): void
  /** Nobody reads any more. */
  leave?(): void
}

/**
 * Resolves when the answer of `run` has begun, or has ended without a byte. Rejects with what it
 * rejects with before that. The chunks end when it has settled.
 */
export function streamAnswer(
  run: (stream: AnswerStream) => Promise<InvokeAnswer>,
): Promise<StreamedAnswer> {
  const stream = new AnswerStream()
  return stream.answered(run(stream))
}

/** A streamed answer on its way, between whoever sends its bytes and whoever reads them. */
export class AnswerStream {
  readonly #begun = Promise.withResolvers<void>()
  readonly #chunks: Readable
  #hasBegun = false
  #head = { executedVersion: '', contentType: DEFAULT_TYPE }
  #source: AnswerSource | undefined

  constructor() {
    this.#chunks = new Readable({
      highWaterMark: STREAM_WINDOW_BYTES,
      read: () => this.#source?.resume(),
      destroy: (error, done) => {
        this.#source?.resume()
        this.#source?.leave?.()
        done(error)
      },
    })
  }

  /** The reader knows of it: it cannot be begun anew elsewhere. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  connect(source: AnswerSource): void {
    this.#source = source
  }

  /** Only the first one counts. */
  begin(executedVersion: string, contentType = DEFAULT_TYPE): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    this.#head = { executedVersion, contentType }
    this.#begun.resolve()
  }

  push(bytes: Buffer): void {
    if (this.#chunks.destroyed || bytes.length === 0) return
    if (!this.#chunks.push(bytes)) this.#source?.pause()
  }

  async answered(done: Promise<InvokeAnswer>): Promise<StreamedAnswer> {
    const end = () => {
      this.#source?.resume()
      this.#source = undefined
      if (!this.#chunks.destroyed) this.#chunks.push(null)
    }
    done.then(end, end)
    const ended = await Promise.race([this.#begun.promise, done])
    if (ended) this.begin(ended.executedVersion)
    return { ...this.#head, chunks: this.#chunks, done }
  }
}
