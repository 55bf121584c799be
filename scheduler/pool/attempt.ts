import type { HearthError } from '../../core/errors.ts'
import type { LogEntry } from '../../core/logs/log-line.ts'
import type { FunctionError, ResultMessage } from '../../core/protocol.ts'
import type { Call } from './call.ts'
import { endLine, failureLine, reportLine, startLine } from './invocation-report.ts'
import { RESPONSE_BYTES_MAX, responseTooLarge } from './outcome.ts'
import { asNumber } from './sandbox-word.ts'

type Measured = Pick<ResultMessage, 'handlerMs' | 'maxMemoryMb'>

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

  /** `initMs` is of the sandbox's init, where this is its first invocation. */
  constructor(call: Call, log: (text: LogEntry['text']) => void, initMs?: number) {
    this.call = call
    this.#log = log
    this.#initMs = initMs
    const { id } = call.request
    const { version } = call.fn.definition
    log(() => startLine(id, version))
  }

  get isAnswered(): boolean {
    return this.#answered
  }

  /** The handler's result, unless it is too large to be one. */
  succeed(body: Buffer, measured: Measured): void {
    if (body.length > RESPONSE_BYTES_MAX) {
      this.fail(responseTooLarge(), { measured })
      return
    }
    this.#end(measured)
    this.call.answer({ result: body })
  }

  fail(error: FunctionError, of: { measured?: Measured; timedOut?: boolean } = {}): void {
    this.#error = error
    this.#timedOut = of.timedOut === true
    this.#end(of.measured)
    const timedOut = this.#timedOut ? { timedOut: true } : undefined
    this.call.answer({ result: NOTHING, functionError: error, ...timedOut })
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
    if (failure) this.#log(failure)
    this.#log(() => endLine(id))
    const report = {
      id,
      durationMs: this.durationMs,
      memoryMb,
      maxMemoryMb: this.#maxMemoryMb,
      initMs: this.#initMs,
      errorType: error?.errorType,
      timedOut: this.#timedOut,
    }
    this.#log(() => reportLine(report))
  }

  #end(measured: Measured | undefined): void {
    this.#answered = true
    this.durationMs = performance.now() - this.#startedAt
    this.#maxMemoryMb = measured && asNumber(measured.maxMemoryMb)
    this.call.timings.handlerMs = measured ? asNumber(measured.handlerMs) : this.durationMs
  }
}
