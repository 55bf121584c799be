import { HearthError } from '../../core/errors.ts'
import type { LogEntry } from '../../core/logs/log-line.ts'
import {
  type FatalMessage,
  type Frame,
  type FromSandbox,
  type FunctionError,
  ProtocolError,
} from '../../core/protocol.ts'
import { Attempt } from './attempt.ts'
import type { Call, Fresh, RunnableFunction } from './call.ts'
import type { LaunchOrder } from './driver.ts'
import { InitFailure } from './init-failure.ts'
import { MemoryLimit } from './memory-limit.ts'
import { brokenProtocol, endError, isOutOfMemory, timeoutError } from './outcome.ts'
import { type Place, SandboxBody } from './sandbox-body.ts'
import { initMsMax, SandboxClock } from './sandbox-clock.ts'
import { initMessage, invokeMessage, isAnswer, measuredOf } from './sandbox-messages.ts'
import type { SandboxParts } from './sandbox-parts.ts'
import { advance, type SandboxState } from './sandbox-state.ts'
import { asFunctionError, asNumber } from './sandbox-word.ts'

/** How long the driver may take to tell how a sandbox ended that has hung up. */
const END_MS_MAX = 2000
const LAST_OUTPUT_MS_MAX = 250

/** Whom a sandbox tells what becomes of it. */
export interface SandboxListener {
  /** It ended by the platform's fault before it could answer; the call is the listener's again. */
  faulted(call: Call, fault: HearthError): void
  /** It is idle, after its init or an invocation. */
  freed(sandbox: Sandbox): void
  /** It will not be used again; its removal is under way. */
  gone(sandbox: Sandbox): void
}

/** One sandbox from its launch to its end. It serves one function version, ever. */
export class Sandbox {
  readonly id: string
  readonly uid: number
  memoryMb: number
  fn: RunnableFunction | undefined
  idleSince = 0
  busySince = 0
  /** What its last invocation took, in milliseconds. */
  lastRunMs = 0
  readonly #order: LaunchOrder
  readonly #parts: SandboxParts
  readonly #listener: SandboxListener
  readonly #body: SandboxBody
  readonly #launchedAt = performance.now()
  readonly #ready = Promise.withResolvers<void>()
  #state: SandboxState = 'booting'
  /** Goes after its answer: its process ends, or it may not be clean. */
  #condemned = false
  #attempt: Attempt | undefined
  /** The last invocation that it has begun: what it writes is that one's. */
  #last: { id: string; depth: number } | undefined
  readonly #clock: SandboxClock
  readonly #limit = new MemoryLimit()
  #specialisedAt = 0
  /** What its first invocation tells of its start; undefined after it. */
  #fresh: Fresh | undefined

  constructor(order: LaunchOrder, parts: SandboxParts, listener: SandboxListener) {
    this.id = order.id
    this.uid = order.uid
    this.memoryMb = order.memoryMb
    this.#order = order
    this.#parts = parts
    this.#listener = listener
    this.#clock = new SandboxClock(parts.standstill, () => this.#late())
    this.#body = new SandboxBody(order, {
      message: (frame) => this.#message(frame),
      open: (request) => {
        const rule = this.fn?.definition.egress ?? 'none'
        void this.#parts.egress.open(request, { rule, depth: () => this.#last?.depth })
      },
      closed: (violation) => this.closed(violation),
      line: (text) => this.#line(text, this.#attempt),
    })
    this.#ready.promise.catch(() => undefined) // Whoever specialises it hears; nobody has to.
  }

  get state(): SandboxState {
    return this.#state
  }

  /** It has answered, and will be free within this turn of the event loop. */
  get isAlmostFree(): boolean {
    return this.#attempt?.isAnswered === true && !this.#condemned
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
    try {
      await this.#body.boot(this.#parts.driver, place)
      this.#become('generic')
    } catch (error) {
      this.leave()
      throw error
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
    this.#clock.start(initMsMax(fn))
    try {
      await this.#body.furnish(fn.definition.egress, place)
    } catch (error) {
      this.leave()
      throw error
    }
    const { memoryMb } = fn.definition
    if (this.memoryMb < memoryMb) {
      this.memoryMb = memoryMb
      this.#limit.raise(this.#parts.driver, this.id, memoryMb)
    }
    this.#body.send(initMessage(fn, this.#order.isProvisioned))
    return this.#ready.promise
  }

  /** Runs one invocation; the call is answered whatever happens. Only when idle. */
  run(call: Call): void {
    this.#become('busy')
    const { id, event, depth = 0 } = call.request
    call.taken(this.#fresh)
    this.#last = { id, depth }
    this.#body.output?.begin()
    const attempt = new Attempt(call, (text) => this.#line(text), this.#fresh?.initMs)
    this.#attempt = attempt
    this.#fresh = undefined
    call.stream?.connect(this.#body)
    this.#clock.start(call.timeoutMs)
    this.#body.send(invokeMessage(call, Date.now() + call.timeoutMs), event)
  }

  /** Takes it away now, whatever it does; `urgent` where its processes may still run wild. */
  leave(urgent = false): void {
    if (this.#state === 'gone') return
    this.#clock.stop()
    this.#become('gone')
    this.#ready.reject(new HearthError('SandboxFailed', { reason: 'it was removed' }))
    if (!this.#attempt?.isAnswered) this.#attempt?.refuse(new HearthError('ShuttingDown'))
    this.#body.hangUp()
    this.#parts.removals.add({
      handle: this.id,
      directory: this.#order.directory.path,
      memoryMb: this.memoryMb,
      urgent,
      after: this.#body.launched,
      removed: () => this.#body.output?.close(),
    })
    this.#listener.gone(this)
  }

  /** It has hung up, or broken the protocol (then with the cause), or the engine does not list it any more. */
  closed(violation?: Error): void {
    if (this.#state === 'gone') return
    if (violation) this.#parts.log.warn({ err: violation, sandbox: this.id }, 'Sandbox removed')
    this.#clock.stop() // How it ended is being found out.
    this.#condemned = true
    const owesAnswer = this.#attempt !== undefined && !this.#attempt.isAnswered
    if (owesAnswer || this.#state === 'initialising') void this.#ended(violation)
    else if (this.#state !== 'busy') this.leave(violation !== undefined)
  }

  #become(next: SandboxState): void {
    this.#state = advance(this.#state, next)
    if (next === 'idle') this.idleSince = performance.now()
    else if (next === 'busy') this.busySince = performance.now()
  }

  /** Throws ProtocolError on what the runtime would not send now. */
  #message({ head, body }: Frame<FromSandbox>): void {
    const attempt = this.#attempt
    if (this.#state === 'gone') return
    if (head.type === 'fatal') {
      this.#fatal(asFunctionError(head.error), head)
    } else if (head.type === 'ready' && this.#state === 'initialising') {
      this.#initialised(asNumber(head.initMs))
    } else if (head.type === 'initError' && this.#state === 'initialising') {
      const error = asFunctionError(head.error)
      this.#failInit(() => error)
    } else if (attempt && isAnswer(head, attempt.call.request.id)) {
      if (attempt.isAnswered) return // Its time had run out.
      attempt.answer(head, body)
      this.#releaseSoon()
    } else if (attempt && head.type === 'chunk' && head.id === attempt.call.request.id) {
      if (!attempt.isAnswered) attempt.stream(body, head.contentType)
    } else {
      throw new ProtocolError(`Sandbox sent "${head.type}" while it was ${this.#state}`)
    }
  }

  /** What the handler wrote before its answer is in the pipes by now, and is read in this turn of the event loop. */
  #releaseSoon(): void {
    setImmediate(() => {
      this.#body.output?.flush()
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
    const { isOpen, output } = this.#body
    if (this.#condemned || this.#limit.hasFailed || !isOpen) this.leave(true)
    else if (output?.isFlooded) void output.settle().then(() => this.#free())
    else this.#free()
  }

  #free(): void {
    if (this.#state === 'gone') return
    this.#become('idle')
    this.#listener.freed(this)
  }

  #initialised(initMs: number): void {
    this.#clock.stop()
    const at = { launchedAt: this.#launchedAt, specialisedAt: this.#specialisedAt }
    // Nobody has waited for one that was provisioned.
    if (!this.#order.isProvisioned) this.#fresh = { ...at, initMs, own: this.#order.isOwn }
    this.#ready.resolve()
    this.#free()
  }

  #late(): void {
    const { fn } = this
    if (fn && this.#state === 'initialising') {
      this.#failInit((id) => timeoutError(id, initMsMax(fn)), true)
    }
    const attempt = this.#attempt
    if (!attempt || attempt.isAnswered) return
    this.#condemned = true
    const { request, timeoutMs } = attempt.call
    attempt.fail(timeoutError(request.id, timeoutMs), { timedOut: true })
    this.#releaseSoon()
  }

  #failInit(errorFor: (id: string) => FunctionError, timedOut = false): void {
    const initMs = performance.now() - this.#specialisedAt
    this.#ready.reject(new InitFailure({ errorFor, timedOut, initMs }))
    this.leave(timedOut)
  }

  /** It ends by itself after this; an answer that is still owed is this one. */
  #fatal(error: FunctionError, message: FatalMessage): void {
    this.#condemned = true
    if (this.#state !== 'busy') this.leave()
    else if (this.#attempt && !this.#attempt.isAnswered) {
      this.#attempt.fail(error, measuredOf(message))
      this.#releaseSoon()
    }
  }

  /** Finds out how it ended, for the one who waits for it. */
  async #ended(violation: Error | undefined): Promise<void> {
    const end = violation
      ? { oomKilled: false }
      : await this.#parts.driver.howEnded(this.id, END_MS_MAX)
    await this.#body.output?.end(violation ? 0 : LAST_OUTPUT_MS_MAX)
    if (this.state === 'gone') return
    const tail = this.#body.output?.tail ?? ''
    const attempt = this.#attempt
    const errorFor = (id: string) => (violation ? brokenProtocol(id) : endError(id, end, tail))
    if (this.#limit.isPending && isOutOfMemory(end, tail)) {
      const reason = 'it ran out of memory before its limit was raised'
      const fault = new HearthError('SandboxFailed', { reason })
      this.#ready.reject(fault)
      this.#attempt = undefined
      if (attempt) this.#listener.faulted(attempt.call, fault)
    } else if (attempt && !attempt.isAnswered) {
      attempt.fail(errorFor(attempt.call.request.id))
    } else {
      this.#failInit(errorFor)
    }
    this.#release()
    this.leave(violation !== undefined)
  }

  #line(text: LogEntry['text'], by?: Attempt): void {
    by?.heard(text)
    if (!this.fn) return // Nothing of a function runs in it yet.
    const entry = { timeMs: Date.now(), invocationId: this.#last?.id, text }
    this.#parts.logs.write(this.fn.definition.name, entry)
  }
}
