import type { Socket } from 'node:net'
import { HearthError } from '../../core/errors.ts'
import type { LogSink } from '../../core/log-line.ts'
import type { Logger } from '../../core/logger.ts'
import {
  type Frame,
  type FromSandbox,
  type FunctionError,
  type OpenMessage,
  ProtocolError,
} from '../../core/protocol.ts'
import { Attempt } from './attempt.ts'
import type { Call, Fresh, RunnableFunction } from './call.ts'
import type { Driver, LaunchOrder } from './driver.ts'
import type { Egress } from './egress.ts'
import { InitFailure } from './init-failure.ts'
import { brokenProtocol, endError, isOutOfMemory, timeoutError } from './outcome.ts'
import { Output } from './output.ts'
import type { Removals } from './removals.ts'
import { makeSandboxDirectory } from './sandbox-directory.ts'
import { SandboxLink } from './sandbox-link.ts'
import { asFunctionError, asNumber } from './sandbox-word.ts'

/**
 * booting: started, has not said hello. generic: waits, nobody's. initialising: loads its
 * function. idle: waits for an invocation. busy: runs one, or ends after it. gone: never used again.
 */
export type SandboxState = 'booting' | 'generic' | 'initialising' | 'idle' | 'busy' | 'gone'

const NEXT: Record<SandboxState, readonly SandboxState[]> = {
  booting: ['generic', 'gone'],
  generic: ['initialising', 'gone'],
  initialising: ['idle', 'gone'],
  idle: ['busy', 'gone'],
  busy: ['idle', 'gone'],
  gone: [],
}

const HELLO_MS_MAX = 20_000
/**
 * Lambda's limit for loading a function, which does not count against its timeout; a longer
 * timeout raises it, as Lambda's second try would.
 */
const INIT_MS_MAX = 10_000
/** How long the driver may take to tell how a sandbox ended that has hung up. */
const END_MS_MAX = 2000
const LAST_OUTPUT_MS_MAX = 250

export interface SandboxParts {
  driver: Driver
  logs: LogSink
  log: Logger
  egress: Egress
  removals: Removals
}

/** Puts a function's code into a sandbox's task directory. */
export type Place = (task: string) => Promise<void>

export interface SandboxListener {
  /** It is idle, after its init or an invocation. */
  freed(sandbox: Sandbox): void
  /** It will not be used again; its removal is under way. */
  gone(sandbox: Sandbox): void
}

/** One sandbox from its launch to its end. It serves one function version, ever. */
export class Sandbox {
  readonly id: string
  memoryMb: number
  fn: RunnableFunction | undefined
  idleSince = 0
  /** What its last invocation took, in milliseconds. */
  lastRunMs = 0
  readonly #order: LaunchOrder
  readonly #parts: SandboxParts
  readonly #listener: SandboxListener
  readonly #launchedAt = performance.now()
  readonly #hello = Promise.withResolvers<void>()
  readonly #ready = Promise.withResolvers<void>()
  #launch: Promise<unknown> = Promise.resolve()
  #state: SandboxState = 'booting'
  /** Goes after its answer: its process ends, or it may not be clean. */
  #condemned = false
  #link: SandboxLink | undefined
  #output: Output | undefined
  #attempt: Attempt | undefined
  /** The last invocation that it has begun: what it writes is that one's. */
  #lastId: string | undefined
  #initTimer: NodeJS.Timeout | undefined
  /** Its memory limit is still that of a generic one: running out of it is our fault. */
  #limitPending = false
  #specialisedAt = 0
  /** Milliseconds of its init, until its first invocation has told them. */
  #initMs: number | undefined

  constructor(order: LaunchOrder, parts: SandboxParts, listener: SandboxListener) {
    this.id = order.id
    this.memoryMb = order.memoryMb
    this.#order = order
    this.#parts = parts
    this.#listener = listener
    // Whoever waits for one of these hears of it; nobody has to.
    this.#hello.promise.catch(() => undefined)
    this.#ready.promise.catch(() => undefined)
  }

  get state(): SandboxState {
    return this.#state
  }

  get uid(): number {
    return this.#order.uid
  }

  /** Since it became its function's. */
  get ageMs(): number {
    return performance.now() - this.#specialisedAt
  }

  /**
   * Resolves when it is generic. `place` puts in place what its boot needs already. Rejects with
   * EngineUnavailable or SandboxFailed; it is gone then.
   */
  async boot(place?: Place): Promise<void> {
    const { directory } = this.#order
    const late = setTimeout(() => this.#hello.reject(noHello()), HELLO_MS_MAX)
    try {
      makeSandboxDirectory(directory)
      await place?.(directory.task)
      this.#link = await SandboxLink.listen(directory.socket, {
        hello: () => this.#hello.resolve(),
        message: (frame) => this.#message(frame),
        open: (message, socket, rest) => this.#open(message, socket, rest),
        closed: (violation) => this.#closed(violation),
      })
      const launch = this.#parts.driver.launch(this.#order)
      this.#launch = launch
      this.#output = new Output(await launch, { line: (text) => this.#line(text) })
      await this.#hello.promise
      this.#become('generic')
    } catch (error) {
      this.leave()
      throw error
    } finally {
      clearTimeout(late)
    }
  }

  /**
   * Makes it a function's: `place` puts the code into its directory. Resolves when it is idle, or
   * runs its first invocation already. Rejects with InitFailure, or with SandboxFailed.
   */
  async specialise(fn: RunnableFunction, place?: Place): Promise<void> {
    this.#become('initialising')
    this.#specialisedAt = performance.now()
    this.fn = fn
    const { definition, environment } = fn
    const ms = Math.max(INIT_MS_MAX, definition.timeoutSeconds * 1000)
    this.#initTimer = setTimeout(() => {
      this.#failInit((id) => timeoutError(id, ms), true)
    }, ms)
    try {
      await place?.(this.#order.directory.task)
    } catch (error) {
      this.leave()
      throw error
    }
    if (this.memoryMb < definition.memoryMb) this.#raiseMemory(definition.memoryMb)
    this.#link?.send({
      type: 'init',
      functionName: definition.name,
      functionVersion: definition.version,
      handler: definition.handler,
      memoryMb: definition.memoryMb,
      environment,
      egress: definition.egress,
    })
    return this.#ready.promise
  }

  /** Runs one invocation; the call is answered whatever happens. Only when idle. */
  run(call: Call): void {
    this.#become('busy')
    const { id, clientContext, traceId, event } = call.request
    const { arn, timeoutSeconds } = call.fn.definition
    const timeoutMs = timeoutSeconds * 1000
    call.taken(this.#fresh())
    this.#lastId = id
    this.#output?.begin()
    const attempt = new Attempt(call, (text) => this.#line(text), this.#initMs)
    this.#attempt = attempt
    this.#initMs = undefined
    attempt.limit(timeoutMs, () => {
      this.#condemned = true
      attempt.fail(timeoutError(id, timeoutMs), { timedOut: true })
      this.#releaseSoon()
    })
    const deadlineMs = Date.now() + timeoutMs
    const context = clientContext === undefined ? undefined : { clientContext }
    const trace = traceId === undefined ? undefined : { traceId }
    this.#link?.send({ type: 'invoke', id, deadlineMs, arn, ...context, ...trace }, event)
  }

  /** Takes it away now, whatever it does; `urgent` where its processes may still run wild. */
  leave(urgent = false): void {
    if (this.#state === 'gone') return
    clearTimeout(this.#initTimer)
    this.#become('gone')
    const removed = new HearthError('SandboxFailed', { reason: 'it was removed' })
    this.#hello.reject(removed)
    this.#ready.reject(removed)
    const attempt = this.#attempt
    if (attempt && !attempt.isAnswered) attempt.refuse(new HearthError('ShuttingDown'))
    this.#link?.close()
    this.#parts.removals.add({
      handle: this.id,
      directory: this.#order.directory.path,
      urgent,
      after: this.#launch,
      removed: () => this.#output?.close(),
    })
    this.#listener.gone(this)
  }

  /** The engine does not list it any more, or as ended. */
  lost(): void {
    this.#closed()
  }

  #become(next: SandboxState): void {
    if (!NEXT[this.#state].includes(next)) {
      throw new Error(`Sandbox "${this.id}" is ${this.#state} and cannot become ${next}`)
    }
    this.#state = next
    if (next === 'idle') this.idleSince = performance.now()
  }

  #fresh(): Fresh | undefined {
    if (this.#initMs === undefined) return undefined
    return {
      launchedAt: this.#launchedAt,
      specialisedAt: this.#specialisedAt,
      initMs: this.#initMs,
      own: this.#order.isOwn,
    }
  }

  #raiseMemory(memoryMb: number): void {
    this.memoryMb = memoryMb
    this.#limitPending = true
    this.#parts.driver.update(this.id, memoryMb).then(
      () => {
        this.#limitPending = false
      },
      (error: unknown) => {
        this.#condemned = true
        this.#parts.log.warn({ err: error, sandbox: this.id }, 'Memory of a sandbox was not raised')
      },
    )
  }

  /** Throws ProtocolError on what the runtime would not send now. */
  #message({ head, body }: Frame<FromSandbox>): void {
    const attempt = this.#attempt
    if (this.#state === 'gone') return
    if (head.type === 'fatal') {
      this.#fatal(asFunctionError(head.error))
    } else if (head.type === 'ready' && this.#state === 'initialising') {
      this.#initialised(asNumber(head.initMs))
    } else if (head.type === 'initError' && this.#state === 'initialising') {
      const error = asFunctionError(head.error)
      this.#failInit(() => error)
    } else if (attempt && !attempt.isAnswered && isAnswerTo(head, attempt)) {
      if (head.type === 'result') attempt.succeed(body, head)
      else if (head.type === 'error') attempt.fail(asFunctionError(head.error), { measured: head })
      else attempt.refuse(new HearthError('InvalidJson', { reason: String(head.reason) }))
      this.#releaseSoon()
    } else {
      throw new ProtocolError(`Sandbox sent "${head.type}" while it was ${this.#state}`)
    }
  }

  /** What the handler wrote before its answer is in the pipes by now, and is read in this turn of the event loop. */
  #releaseSoon(): void {
    setImmediate(() => {
      this.#output?.flush()
      this.#release()
    })
  }

  #release(): void {
    const attempt = this.#attempt
    this.#attempt = undefined
    if (!attempt) return
    attempt.close()
    this.lastRunMs = attempt.durationMs
    if (this.#state !== 'busy') return
    if (this.#condemned || !this.#link?.isOpen) this.leave(true)
    else if (this.#output?.isFlooded) void this.#output.settle().then(() => this.#free())
    else this.#free()
  }

  #free(): void {
    if (this.#state === 'gone') return
    this.#become('idle')
    this.#listener.freed(this)
  }

  #initialised(initMs: number): void {
    clearTimeout(this.#initTimer)
    this.#initMs = initMs
    this.#ready.resolve()
    this.#free()
  }

  #failInit(errorFor: (id: string) => FunctionError, timedOut = false): void {
    const initMs = performance.now() - this.#specialisedAt
    this.#ready.reject(new InitFailure({ errorFor, timedOut, initMs }))
    this.leave(timedOut)
  }

  /** It ends by itself after this; an answer that is still owed is this one. */
  #fatal(error: FunctionError): void {
    this.#condemned = true
    if (this.#state !== 'busy') this.leave()
    else if (this.#attempt && !this.#attempt.isAnswered) {
      this.#attempt.fail(error)
      this.#releaseSoon()
    }
  }

  #open(message: OpenMessage, socket: Socket, rest: Buffer): void {
    const rule = this.fn?.definition.egress ?? 'none'
    void this.#parts.egress.open({ message, socket, rest, rule })
  }

  #closed(violation?: Error): void {
    if (this.#state === 'gone') return
    if (violation) this.#parts.log.warn({ err: violation, sandbox: this.id }, 'Sandbox removed')
    clearTimeout(this.#initTimer)
    this.#attempt?.holdClock()
    this.#condemned = true
    const owesAnswer = this.#attempt !== undefined && !this.#attempt.isAnswered
    if (owesAnswer || this.#state === 'initialising') void this.#ended(violation)
    else if (this.#state !== 'busy') this.leave(violation !== undefined)
  }

  /** Finds out how it ended, for the one who waits for it. */
  async #ended(violation: Error | undefined): Promise<void> {
    const end = violation
      ? { oomKilled: false }
      : await this.#parts.driver.howEnded(this.id, END_MS_MAX)
    await this.#output?.end(violation ? 0 : LAST_OUTPUT_MS_MAX)
    if (this.state === 'gone') return
    const tail = this.#output?.tail ?? ''
    const attempt = this.#attempt
    const errorFor = (id: string) => (violation ? brokenProtocol(id) : endError(id, end, tail))
    if (this.#limitPending && isOutOfMemory(end, tail)) {
      const reason = 'it ran out of memory before its limit was raised'
      const fault = new HearthError('SandboxFailed', { reason })
      this.#ready.reject(fault)
      attempt?.refuse(fault)
    } else if (attempt && !attempt.isAnswered) {
      attempt.fail(errorFor(attempt.call.request.id))
    } else {
      this.#failInit(errorFor)
    }
    this.#release()
    this.leave(violation !== undefined)
  }

  #line(text: string): void {
    if (!this.fn) return // Nothing of a function runs in it yet.
    const time = new Date().toISOString()
    const line = this.#lastId ? { time, text, invocationId: this.#lastId } : { time, text }
    this.#parts.logs.write(this.fn.definition.name, line)
  }
}

type Answer = Extract<FromSandbox, { type: 'result' | 'error' | 'invalidEvent' }>

function isAnswerTo(head: FromSandbox, attempt: Attempt): head is Answer {
  return 'id' in head && head.id === attempt.call.request.id
}

function noHello(): HearthError {
  const reason = `it did not connect within ${HELLO_MS_MAX / 1000} s; the containers of this engine may not see this host's sockets`
  return new HearthError('SandboxFailed', { reason })
}
