import type { Frame } from '../core/frame.ts'
import {
  type AnswerSource,
  type AnswerStream,
  STREAM_WINDOW_BYTES,
} from '../core/links/answer-stream.ts'
import type { LinkAnswer } from '../core/links/link-wire.ts'

/** Told at once, each small chunk would cost a frame back; told too late, the sender would wait. */
const TOLD_BYTES = STREAM_WINDOW_BYTES / 4

type Told = { type: 'taken'; bytes: number } | { type: 'leave' }

/** Puts a streamed answer together of its frames, and tells the scheduler how much of it is read. */
export class StreamReceiver implements AnswerSource {
  readonly #stream: AnswerStream
  readonly #tell: (message: Told) => void
  #untold = 0

  constructor(stream: AnswerStream, tell: (message: Told) => void) {
    this.#stream = stream
    this.#tell = tell
    stream.connect(this)
  }

  /** False for a frame that is the answer's end. */
  take({ head, body }: Frame<LinkAnswer>): boolean {
    if (head.type === 'begun') this.#stream.begin(head.executedVersion, head.contentType)
    else if (head.type === 'chunk') {
      this.#untold += body.length
      this.#stream.push(body)
    } else return false
    return true
  }

  /** The window does it: what has not been told is not sent. */
  pause(): void {}

  resume(): void {
    if (this.#untold < TOLD_BYTES) return
    this.#tell({ type: 'taken', bytes: this.#untold })
    this.#untold = 0
  }

  leave(): void {
    this.#tell({ type: 'leave' })
  }
}
