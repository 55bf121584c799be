import {
  type InitMessage,
  type InvokeMessage,
  MAX_STREAM_BYTES,
  type ToSandbox,
} from '../core/protocol.ts'
import { commonEnvironment, functionEnvironment, replaceEnvironment } from './environment.ts'
import {
  callHandler,
  type Handler,
  MAX_RESULT_BYTES,
  marshalResult,
  type OnEmptyLoop,
} from './handler-call.ts'
import { loadHandler } from './handler-loader.ts'
import type { InvocationLog } from './invocation-log.ts'
import type { Layout } from './layout.ts'
import type { Link } from './link.ts'
import { importFromModulePath } from './module-path.ts'
import { ResponseStream } from './response-stream.ts'
import { describeAs, describeError } from './runtime-error.ts'
import { callStreamingHandler, type StreamingHandler, streamingOf } from './streaming.ts'

/** Lambda's exit codes of a Node process that nobody's `catch` saved. */
const EXIT_UNHANDLED_REJECTION = 128
const EXIT_UNCAUGHT_EXCEPTION = 129
const EXIT_INIT_ERROR = 1

const KB_PER_MB = 1024
/** A handler that takes no longer is small; after such the peak of memory may be so old. */
const SMALL_MS = 0.5
const MEMORY_MS = 5

/**
 * generic: booted, nobody's. initialising: loads the handler. idle: waits for an invocation.
 * busy: runs one. ending: has sent its last frame.
 */
type State =
  | { is: 'generic' }
  | { is: 'initialising' }
  | { is: 'idle'; init: InitMessage; handler: Handler }
  | { is: 'busy'; init: InitMessage; handler: Handler; invoke: InvokeMessage; startedAt: number }
  | { is: 'ending' }

export interface SandboxParts {
  link: Link
  layout: Layout
  log: InvocationLog
  /** Makes the way out of the sandbox; returns the variables that tell clients of it. */
  openEgress(egress: InitMessage['egress']): Record<string, string>
}

/** One function version's life in this process: becomes it once, then runs one invocation at a time. */
export class Sandbox {
  readonly #parts: SandboxParts
  #state: State = { is: 'generic' }
  #traceId: string | undefined

  constructor(parts: SandboxParts) {
    this.#parts = parts
  }

  receive(message: ToSandbox, body: Buffer): void {
    if (message.type === 'init' && this.#state.is === 'generic') {
      void this.#initialise(message)
    } else if (message.type === 'invoke' && this.#state.is === 'idle') {
      void this.#invoke(this.#state, message, body)
    } else if (this.#state.is !== 'ending') {
      throw new Error(`Pool sent "${message.type}" to a sandbox that is ${this.#state.is}`)
    }
  }

  /** For an exception or rejection that nobody caught: the reason, which is the answer if one is due; then the end. */
  crash(thrown: unknown, origin: 'uncaughtException' | 'unhandledRejection'): void {
    const state = this.#state
    if (state.is === 'ending') return
    this.#state = { is: 'ending' }
    const rejected = origin === 'unhandledRejection'
    const error = rejected
      ? describeAs('Runtime.UnhandledPromiseRejection', thrown)
      : describeError(thrown)
    this.#parts.log.error(rejected ? 'Unhandled Promise Rejection' : 'Uncaught Exception', error)
    const exitCode = rejected ? EXIT_UNHANDLED_REJECTION : EXIT_UNCAUGHT_EXCEPTION
    const { link } = this.#parts
    if (state.is === 'initialising') {
      link.sendLast({ type: 'initError', error }, exitCode)
      return
    }
    const measured = state.is === 'busy' && measure(state.startedAt)
    link.sendLast({ type: 'fatal', error, ...measured }, exitCode)
  }

  async #initialise(init: InitMessage): Promise<void> {
    const { layout, link, log, openEgress } = this.#parts
    const startedAt = performance.now()
    this.#state = { is: 'initialising' }
    let handler: Handler
    try {
      replaceEnvironment({
        ...commonEnvironment(layout),
        ...openEgress(init.egress),
        ...init.environment,
        ...functionEnvironment(init, layout),
      })
      process.chdir(layout.task)
      importFromModulePath(process.env.NODE_PATH)
      handler = await loadHandler(layout.task, init.handler)
    } catch (thrown) {
      if (this.#hasEnded()) return
      this.#state = { is: 'ending' }
      const error = describeError(thrown)
      log.error('Uncaught Exception', error)
      link.sendLast({ type: 'initError', error }, EXIT_INIT_ERROR)
      return
    }
    if (this.#hasEnded()) return
    this.#state = { is: 'idle', init, handler }
    link.send({ type: 'ready', initMs: performance.now() - startedAt })
  }

  async #invoke(
    idle: Extract<State, { is: 'idle' }>,
    invoke: InvokeMessage,
    body: Buffer,
  ): Promise<void> {
    const { link, log } = this.#parts
    let event: unknown
    try {
      event = JSON.parse(body.toString())
    } catch (error) {
      link.send({ type: 'invalidEvent', id: invoke.id, reason: describeError(error).errorMessage })
      return
    }
    log.requestId = invoke.id
    this.#setTraceId(invoke.traceId)
    const startedAt = performance.now()
    const busy: State = { ...idle, is: 'busy', invoke, startedAt }
    this.#state = busy
    try {
      const streaming = streamingOf(idle.handler)
      if (streaming) {
        await this.#stream(busy, idle, { ...streaming, event })
        return
      }
      const value = await callHandler({ ...busy, event, onEmptyLoop: this.#onEmptyLoop })
      const json = marshalResult(value)
      if (!this.#answers(busy, idle)) return
      link.send({ type: 'result', id: invoke.id, ...measure(startedAt) }, json)
    } catch (thrown) {
      const error = describeError(thrown)
      if (!this.#answers(busy, idle)) return
      log.error('Invoke Error', error)
      link.send({ type: 'error', id: invoke.id, error, ...measure(startedAt) })
    }
  }

  /** What the handler writes goes out as it comes, or, where nobody waits for that, at its end. */
  async #stream(
    busy: Extract<State, { is: 'busy' }>,
    idle: State,
    of: { handler: StreamingHandler; highWaterMark: number | undefined; event: unknown },
  ): Promise<void> {
    const { link } = this.#parts
    const { init, invoke, startedAt } = busy
    const { id } = invoke
    const held: Buffer[] = []
    const stream = new ResponseStream(
      invoke.stream
        ? (piece, contentType, done) =>
            link.send({ type: 'chunk', id, ...contentType }, piece, done)
        : (piece, _contentType, done) => {
            held.push(piece)
            done()
          },
      {
        highWaterMark: of.highWaterMark,
        bytesMax: invoke.stream ? MAX_STREAM_BYTES : MAX_RESULT_BYTES,
      },
    )
    await callStreamingHandler({ ...of, init, invoke, stream, onEmptyLoop: this.#onEmptyLoop })
    if (!this.#answers(busy, idle)) return
    const { contentType } = stream
    link.send({ type: 'result', id, contentType, ...measure(startedAt) }, Buffer.concat(held))
  }

  /** An access to the environment costs as much as a small handler: only where there is a change. */
  #setTraceId(traceId: string | undefined): void {
    if (traceId === this.#traceId) return
    this.#traceId = traceId
    if (traceId === undefined) delete process.env._X_AMZN_TRACE_ID
    else process.env._X_AMZN_TRACE_ID = traceId
  }

  /** A crash may come while anything is awaited. */
  #hasEnded(): boolean {
    return this.#state.is === 'ending'
  }

  /** The invocation's one answer is due now, unless a crash has given it. */
  #answers(busy: State, idle: State): boolean {
    if (this.#state !== busy) return false
    this.#state = idle
    return true
  }

  readonly #onEmptyLoop: OnEmptyLoop = (listener) => {
    const { link } = this.#parts
    process.once('beforeExit', listener)
    link.releaseLoop()
    return () => {
      process.off('beforeExit', listener)
      link.holdLoop()
    }
  }
}

function measure(startedAt: number): { handlerMs: number; maxMemoryMb: number } {
  const now = performance.now()
  return { handlerMs: now - startedAt, maxMemoryMb: maxMemoryMb(now, now - startedAt) }
}

let measuredAt = Number.NEGATIVE_INFINITY
let measuredMb = 0

/** Asking the kernel costs as much as a small handler: of such only one in a while asks. */
function maxMemoryMb(now: number, handlerMs: number): number {
  if (handlerMs > SMALL_MS || now - measuredAt > MEMORY_MS) {
    measuredAt = now
    measuredMb = Math.ceil(process.resourceUsage().maxRSS / KB_PER_MB)
  }
  return measuredMb
}
