import { HearthError } from '../../core/errors.ts'
import type { InvokeAnswer } from '../../core/links/invoke-link.ts'
import type { LogEntry } from '../../core/logs/log-line.ts'
import {
  type FunctionError,
  MAX_STREAM_BYTES,
  ProtocolError,
  type ResultMessage,
} from '../../core/protocol.ts'
import type { Call } from './call.ts'
import { endLine, failureLine, reportLine, startLine } from './invocation-report.ts'
import { LogTail } from './log-tail.ts'
import { RESPONSE_BYTES_MAX, responseTooLarge } from './outcome.ts'
import type { AnswerMessage } from './sandbox-messages.ts'
import { asContentType, asFunctionError, asNumber } from './sandbox-word.ts'

type Measured = Pick<ResultMessage, 'handlerMs' | 'maxMemoryMb' | 'contentType'>
type Outcome = Pick<InvokeAnswer, 'result' | 'contentType' | 'functionError' | 'timedOut'>

const NOTHING = Buffer.alloc(0)

/** One invocation in its sandbox: answered once, timed, and framed in the log from START to REPORT. */
export class Attempt {
  readonly call: Call
  /** Milliseconds until the answer. */
  durationMs = 0
  readonly #log: (text: LogEntry['text']) => void
  readonly #startedAt = performance.now()
  readonly #initMs: number | undefined
  #answered = false
  #maxMemoryMb: number | undefined
  #error: FunctionError | undefined
  #timedOut = false
  #streamedBytes = 0
  readonly #tail: LogTail | undefined
  /** With a tail the answer waits for the last lines. */
  #held: Outcome | undefined

  /** `initMs` is of the sandbox's init, where this is its first invocation. */
  constructor(call: Call, log: (text: LogEntry['text']) => void, initMs?: number) {
    this.call = call
    this.#log = log
    this.#initMs = initMs
    if (call.request.logTail) this.#tail = new LogTail()
    const { id } = call.request
    const { version } = call.fn.definition
    this.#write(() => startLine(id, version))
  }

  get isAnswered(): boolean {
    return this.#answered
  }

  /** What the runtime says of it. */
  answer(message: AnswerMessage, body: Buffer): void {
    if (message.type === 'result') this.#succeed(body, message)
    else if (message.type === 'error')
      this.fail(asFunctionError(message.error), { measured: message })
    else this.refuse(new HearthError('InvalidJson', { reason: String(message.reason) }))
  }

  /** The handler's result, unless it is too large to be one. */
  #succeed(body: Buffer, measured: Measured): void {
    if (body.length > RESPONSE_BYTES_MAX) {
      this.fail(responseTooLarge(), { measured })
      return
    }
    this.#end(measured)
    const { stream } = this.call
    const contentType = asContentType(measured.contentType)
    if (stream) {
      stream.begin(this.call.fn.definition.version, contentType)
      stream.push(body)
    }
    const result = stream ? NOTHING : body
    this.#give(contentType === undefined ? { result } : { result, contentType })
  }

  /** The next bytes of a streamed answer. Throws ProtocolError on what the runtime would not send. */
  stream(body: Buffer, contentType: unknown): void {
    const { stream } = this.call
    this.#streamedBytes += body.length
    if (!stream || this.#streamedBytes > MAX_STREAM_BYTES) {
      throw new ProtocolError(`Sandbox streamed ${this.#streamedBytes} bytes that nobody wanted`)
    }
    stream.begin(this.call.fn.definition.version, asContentType(contentType))
    stream.push(body)
  }

  /** A line that it has written. */
  heard(text: LogEntry['text']): void {
    this.#tail?.add(text)
  }

  fail(error: FunctionError, of: { measured?: Measured; timedOut?: boolean } = {}): void {
    this.#error = error
    this.#timedOut = of.timedOut === true
    this.#end(of.measured)
    const timedOut = this.#timedOut ? { timedOut: true } : undefined
    this.#give({ result: NOTHING, functionError: error, ...timedOut })
  }

  /** Not the function's doing: its caller's, or the platform's. */
  refuse(error: HearthError): void {
    this.#end(undefined)
    this.call.fail(error)
  }

  /** Writes the last lines; all that the handler wrote has been given out before. */
  close(): void {
    const { id } = this.call.request
    const { memoryMb } = this.call.fn.definition
    const error = this.#error
    const failure = error && failureLine(id, error, memoryMb)
    if (failure) this.#write(failure)
    this.#write(() => endLine(id))
    const report = {
      id,
      durationMs: this.durationMs,
      memoryMb,
      maxMemoryMb: this.#maxMemoryMb,
      initMs: this.#initMs,
      errorType: error?.errorType,
      timedOut: this.#timedOut,
    }
    this.#write(() => reportLine(report))
    if (this.#held) this.call.answer({ ...this.#held, logTail: String(this.#tail) })
  }

  #write(text: LogEntry['text']): void {
    this.#tail?.add(text)
    this.#log(text)
  }

  #give(outcome: Outcome): void {
    if (this.#tail) this.#held = outcome
    else this.call.answer(outcome)
  }

  #end(measured: Measured | undefined): void {
    this.#answered = true
    this.durationMs = performance.now() - this.#startedAt
    this.#maxMemoryMb = measured && asNumber(measured.maxMemoryMb)
    this.call.timings.handlerMs = measured ? asNumber(measured.handlerMs) : this.durationMs
  }
}
