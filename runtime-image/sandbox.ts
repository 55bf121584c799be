import {
  type InitMessage,
  type InvokeMessage,
  MAX_STREAM_BYTES,
  type ToSandbox,
} from '../core/protocol.ts'
import { prepareCompiled } from './compiled-code.ts'
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
import type { FrameSink, Link } from './link.ts'
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
 * generic: booted, nobody's. initialising: loads the handler. ready: runs what comes, at most
 * `init.concurrency` invocations at a time. ending: has sent its last frame.
 */
type State = { is: 'generic' } | { is: 'initialising' } | Ready | { is: 'ending' }

interface Ready {
  is: 'ready'
  init: InitMessage
  handler: Handler
}

/** One invocation that runs. */
interface Running {
  init: InitMessage
  invoke: InvokeMessage
  startedAt: number
}

export interface SandboxParts {
  link: FrameSink & Pick<Link, 'sendLast' | 'gather' | 'releaseLoop' | 'holdLoop'>
  layout: Layout
  log: InvocationLog
  /** Makes the way out of the sandbox; returns the variables that tell clients of it. */
  openEgress(egress: InitMessage['egress']): Record<string, string>
}

/** One function version's life in this process: becomes it once, then runs its invocations. */
export class Sandbox {
  readonly #parts: SandboxParts
  #state: State = { is: 'generic' }
  /** By id, in the order in which they began. */
  readonly #running = new Map<string, Running>()
  #waitForEmptyLoop = 0
  #traceId: string | undefined
  #traceparent: string | undefined

  constructor(parts: SandboxParts) {
    this.#parts = parts
  }

  receive(message: ToSandbox, body: Buffer): void {
    if (message.type === 'init' && this.#state.is === 'generic') {
      void this.#initialise(message)
    } else if (message.type === 'invoke' && this.#mayRun(this.#state)) {
      this.#begin(this.#state, message, body)
    } else if (this.#state.is !== 'ending') {
      throw new Error(`Pool sent "${message.type}" to a sandbox that is ${this.#state.is}`)
    }
  }

  /** For an exception or rejection that nobody caught: the reason, which is the answer of all that run; then the end. */
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
    const [oldest] = this.#running.values()
    const measured = oldest && measure(oldest.startedAt)
    link.sendLast({ type: 'fatal', error, ...measured }, exitCode)
  }

  async #initialise(init: InitMessage): Promise<void> {
    const { layout, link, log, openEgress } = this.#parts
    const startedAt = performance.now()
    this.#state = { is: 'initialising' }
    let handler: Handler
    let recording: ReturnType<typeof prepareCompiled>
    try {
      replaceEnvironment({
        ...commonEnvironment(layout),
        ...openEgress(init.egress),
        ...init.environment,
        ...functionEnvironment(init, layout),
      })
      process.chdir(layout.task)
      importFromModulePath(process.env.NODE_PATH ?? '', layout)
      recording = prepareCompiled(init.compiled, layout)
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
    this.#state = { is: 'ready', init, handler }
    if (isShared(init)) {
      link.gather()
      process.setMaxListeners(0) // Each that waits for the loop to be empty is one.
    }
    const initMs = performance.now() - startedAt
    link.send({ type: 'ready', initMs })
    const isIdle = () => this.#state.is === 'ready' && this.#running.size === 0
    void recording?.finish({ link, initMs, isIdle })
  }

  #mayRun(state: State): state is Ready {
    return state.is === 'ready' && this.#running.size < (state.init.concurrency ?? 1)
  }

  #begin(ready: Ready, invoke: InvokeMessage, body: Buffer): void {
    const { log } = this.#parts
    if (isShared(ready.init)) {
      void log.apart(invoke.id, () => this.#invoke(ready, invoke, body))
      return
    }
    log.requestId = invoke.id
    this.#setTraceId(invoke.traceId)
    this.#setTraceparent(invoke.traceparent)
    void this.#invoke(ready, invoke, body)
  }

  async #invoke({ init, handler }: Ready, invoke: InvokeMessage, body: Buffer): Promise<void> {
    const { link, log } = this.#parts
    const { id } = invoke
    let event: unknown
    try {
      event = JSON.parse(body.toString())
    } catch (error) {
      link.send({ type: 'invalidEvent', id, reason: describeError(error).errorMessage })
      return
    }
    const startedAt = performance.now()
    const running = { init, invoke, startedAt }
    this.#running.set(id, running)
    try {
      const streaming = streamingOf(handler)
      if (streaming) {
        await this.#stream(running, { ...streaming, event })
        return
      }
      const onEmptyLoop = this.#onEmptyLoop
      const value = await callHandler({ handler, init, invoke, event, onEmptyLoop })
      const json = marshalResult(value)
      if (!this.#answers(id)) return
      link.send({ type: 'result', id, ...measure(startedAt) }, json)
    } catch (thrown) {
      const error = describeError(thrown)
      if (!this.#answers(id)) return
      log.error('Invoke Error', error)
      link.send({ type: 'error', id, error, ...measure(startedAt) })
    }
  }

  /** What the handler writes goes out as it comes, or, where nobody waits for that, at its end. */
  async #stream(
    { init, invoke, startedAt }: Running,
    of: { handler: StreamingHandler; highWaterMark: number | undefined; event: unknown },
  ): Promise<void> {
    const { link } = this.#parts
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
    if (!this.#answers(id)) return
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

  /** As OpenTelemetry has it in environments. */
  #setTraceparent(traceparent: string | undefined): void {
    if (traceparent === this.#traceparent) return
    this.#traceparent = traceparent
    if (traceparent === undefined) delete process.env.TRACEPARENT
    else process.env.TRACEPARENT = traceparent
  }

  /** A crash may come while anything is awaited. */
  #hasEnded(): boolean {
    return this.#state.is === 'ending'
  }

  /** The invocation's one answer is due now, unless a crash has given it. */
  #answers(id: string): boolean {
    return this.#state.is === 'ready' && this.#running.delete(id)
  }

  readonly #onEmptyLoop: OnEmptyLoop = (listener) => {
    const { link } = this.#parts
    process.once('beforeExit', listener)
    this.#waitForEmptyLoop += 1
    link.releaseLoop()
    return () => {
      process.off('beforeExit', listener)
      this.#waitForEmptyLoop -= 1
      if (this.#waitForEmptyLoop === 0) link.holdLoop()
    }
  }
}

/** Whether invocations run beside each other. */
function isShared({ concurrency = 1 }: InitMessage): boolean {
  return concurrency > 1
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
