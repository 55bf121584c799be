import { HearthError } from '../../core/errors.ts'
import { ProtocolError } from '../../core/frame.ts'
import type { InvokeAnswer } from '../../core/links/invoke-link.ts'
import type { LogEntry } from '../../core/logs/log-line.ts'
import { type FunctionError, MAX_STREAM_BYTES, type ResultMessage } from '../../core/protocol.ts'
import type { Call } from './call.ts'
import type { InvocationRecorder, RecordedCall } from './invocation-recorder.ts'
import { endLine, failureLine, type Report, reportLine, startLine } from './invocation-report.ts'
import { LogTail } from './log-tail.ts'
import { RESPONSE_BYTES_MAX, responseTooLarge } from './outcome.ts'
import type { AnswerMessage } from './sandbox-messages.ts'
import { asContentType, asFunctionError, asNumber } from './sandbox-word.ts'

type Measured = Pick<ResultMessage, 'handlerMs' | 'maxMemoryMb' | 'contentType'>
type Outcome = Pick<
  InvokeAnswer,
  'result' | 'contentType' | 'functionError' | 'timedOut' | 'maxMemoryMb'
>

const NOTHING = Buffer.alloc(0)

/** How an invocation's sandbox was had. */
export interface AttemptStart {
  /** Of its init, where this is its first invocation. */
  initMs: number | undefined
  isProvisioned: boolean | undefined
}

/** One invocation in its sandbox: answered once, timed, and framed in the log from START to REPORT. */
export class Attempt {
  readonly call: Call
  /** Milliseconds until the answer. */
  durationMs = 0
  readonly #log: (text: LogEntry['text']) => void
  readonly #startedAt = performance.now()
  readonly #start: AttemptStart
  #answered = false
  #refused = false
  #maxMemoryMb: number | undefined
  #error: FunctionError | undefined
  #timedOut = false
  #streamedBytes = 0
  readonly #tail: LogTail | undefined
  #outcome: Outcome | undefined

  constructor(call: Call, log: (text: LogEntry['text']) => void, start: AttemptStart) {
    this.call = call
    this.#log = log
    this.#start = start
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
    this.#refused = true
    this.#end(undefined)
    this.call.fail(error)
  }

  /**
   * Writes the last lines; all that the handler wrote has been given out before. What they report is
   * recorded where the function has run, well or not.
   */
  close(recorder: InvocationRecorder): void {
    const { id } = this.call.request
    const { definition } = this.call.fn
    const { memoryMb } = definition
    const error = this.#error
    const failure = error && failureLine(id, error, memoryMb)
    if (failure) this.#write(failure)
    this.#write(() => endLine(id))
    const report: Report = {
      id,
      durationMs: this.durationMs,
      memoryMb,
      maxMemoryMb: this.#maxMemoryMb,
      errorType: error?.errorType,
      timedOut: this.#timedOut,
      start: this.call.timings.start,
      ...this.#start,
    }
    this.#write(() => reportLine(report))
    // With a tail the answer has waited for the last lines.
    if (this.#tail && this.#outcome) {
      this.call.answer({ ...this.#outcome, logTail: String(this.#tail) })
    }
    if (!this.#refused) recorder.ended(definition, report, this.#recorded())
  }

  #recorded(): RecordedCall {
    const { request, timings, enteredAt, stream } = this.call
    const answered = this.#error || stream ? undefined : this.#outcome
    return {
      request,
      timings,
      enteredAt,
      errorMessage: this.#error?.errorMessage,
      result: answered?.result,
      contentType: answered?.contentType,
    }
  }

  #write(text: LogEntry['text']): void {
    this.#tail?.add(text)
    this.#log(text)
  }

  #give(outcome: Outcome): void {
    this.#outcome = outcome
    if (this.#maxMemoryMb !== undefined) outcome.maxMemoryMb = this.#maxMemoryMb
    if (!this.#tail) this.call.answer(outcome)
  }

  #end(measured: Measured | undefined): void {
    this.#answered = true
    this.durationMs = performance.now() - this.#startedAt
    this.#maxMemoryMb = measured && asNumber(measured.maxMemoryMb)
    this.call.timings.handlerMs = measured ? asNumber(measured.handlerMs) : this.durationMs
  }
}
