import { Writable } from 'node:stream'
import { HTTP_RESPONSE_TYPE } from '../core/protocol.ts'
import { responseTooLarge } from './handler-call.ts'

/** Lambda's, where the handler names none. */
const DEFAULT_TYPE = 'application/octet-stream'
/** What one frame carries at most: whoever waits for the first byte waits for no more than this. */
const PIECE_BYTES = 64 * 1024
const PRELUDE_END = Buffer.alloc(8)

/** Takes one piece; the content type comes with the first. `done` tells that the next may follow. */
export type Sink = (
  piece: Buffer,
  contentType: { contentType: string } | undefined,
  done: (error?: Error | null) => void,
) => void

/** The second argument of a streaming handler. Its writes wait for whoever reads at the other end. */
export class ResponseStream extends Writable {
  readonly #sink: Sink
  readonly #bytesMax: number
  #contentType = DEFAULT_TYPE
  #prelude: Buffer | undefined
  #hasBegun = false
  #bytes = 0

  constructor(
    sink: Sink,
    { bytesMax, highWaterMark }: { bytesMax: number; highWaterMark?: number | undefined },
  ) {
    super(highWaterMark === undefined ? {} : { highWaterMark })
    this.#sink = sink
    this.#bytesMax = bytesMax
  }

  get contentType(): string {
    return this.#contentType
  }

  /** Throws when bytes have left already. */
  setContentType(contentType: string): void {
    if (this.#hasBegun) throw new Error('Cannot set the content type: the response has begun')
    this.#contentType = String(contentType)
  }

  /** Puts status and headers before the first byte; also before the end, where there is none. */
  setHttpPrelude(metadata: unknown): void {
    this.setContentType(HTTP_RESPONSE_TYPE)
    this.#prelude = Buffer.concat([Buffer.from(JSON.stringify(metadata ?? {})), PRELUDE_END])
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const prelude = this.#takePrelude()
    this.#send(prelude ? Buffer.concat([prelude, chunk]) : chunk, done)
  }

  override _final(done: (error?: Error | null) => void): void {
    const prelude = this.#takePrelude()
    if (prelude) this.#send(prelude, done)
    else done()
  }

  #takePrelude(): Buffer | undefined {
    const prelude = this.#prelude
    this.#prelude = undefined
    return prelude
  }

  #send(bytes: Buffer, done: (error?: Error | null) => void): void {
    this.#bytes += bytes.length
    if (this.#bytes > this.#bytesMax) {
      done(responseTooLarge(this.#bytesMax))
      return
    }
    const sendFrom = (start: number) => {
      if (start >= bytes.length || this.destroyed) {
        done()
        return
      }
      const contentType = this.#hasBegun ? undefined : { contentType: this.#contentType }
      this.#hasBegun = true
      this.#sink(bytes.subarray(start, start + PIECE_BYTES), contentType, (error) => {
        if (error) done(error)
        else sendFrom(start + PIECE_BYTES)
      })
    }
    sendFrom(0)
  }
}
