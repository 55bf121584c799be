import type { LogEntry, LogSink } from '../../core/logs/log-line.ts'
import type { FunctionError } from '../../core/protocol.ts'
import { Attempt } from './attempt.ts'
import type { Call } from './call.ts'
import type { InvocationRecorder } from './invocation-recorder.ts'

/** The function could not be loaded: an answer for whoever waited for it, no fault of the platform. */
export class InitFailure extends Error {
  override readonly name = 'InitFailure'
  readonly #errorFor: (id: string) => FunctionError
  readonly #timedOut: boolean
  readonly #initMs: number
  readonly #launchedAt: number
  readonly #stream: string | undefined

  constructor(of: {
    errorFor(id: string): FunctionError
    timedOut?: boolean
    initMs: number
    /** Of its sandbox, by `performance.now()`. */
    launchedAt: number
    /** Of its sandbox's log. */
    stream: string | undefined
  }) {
    super('Function could not be loaded')
    this.#errorFor = of.errorFor
    this.#timedOut = of.timedOut === true
    this.#initMs = of.initMs
    this.#launchedAt = of.launchedAt
    this.#stream = of.stream
  }

  /** Answers the call with it, and writes the log of an invocation that had no handler to run. */
  answer(call: Call, { logs, recorder }: { logs: LogSink; recorder: InvocationRecorder }): void {
    const { id: invocationId } = call.request
    const { name } = call.fn.definition
    const write = (text: LogEntry['text']) =>
      logs.write(name, { timeMs: Date.now(), invocationId, stream: this.#stream, text })
    call.timings.start = this.#launchedAt > call.enteredAt ? 'new' : 'generic'
    call.timings.initMs = this.#initMs
    call.timings.queueMs = Math.max(0, performance.now() - call.enteredAt - this.#initMs)
    const start = { initMs: this.#initMs, isProvisioned: false }
    const attempt = new Attempt(call, write, start)
    attempt.fail(this.#errorFor(invocationId), { timedOut: this.#timedOut })
    attempt.close(recorder)
  }
}
