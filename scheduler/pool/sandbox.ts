import { HearthError } from '../../core/errors.ts'
import { type Frame, ProtocolError } from '../../core/frame.ts'
import { concurrencyOf } from '../../core/functions/function.ts'
import type { FatalMessage, FromSandbox, FunctionError } from '../../core/protocol.ts'
import { Attempt } from './attempt.ts'
import type { Call, RunnableFunction } from './call.ts'
import type { LaunchOrder } from './driver.ts'
import { MemoryLimit } from './memory-limit.ts'
import { brokenProtocol, endError, isOutOfMemory, limitTooLate, timeoutError } from './outcome.ts'
import { Running } from './running.ts'
import { type Place, SandboxBody } from './sandbox-body.ts'
import { initMsMax } from './sandbox-clock.ts'
import { freeze, thaw } from './sandbox-freeze.ts'
import type { SandboxListener } from './sandbox-listener.ts'
import { SandboxLog } from './sandbox-log.ts'
import { initMessage, invokeMessage, isAnswer } from './sandbox-messages.ts'
import type { SandboxParts } from './sandbox-parts.ts'
import { SandboxStart } from './sandbox-start.ts'
import { advance, type SandboxState } from './sandbox-state.ts'
import { asFunctionError, asNumber } from './sandbox-word.ts'

/** One sandbox from its launch to its end: one function version's, ever, one invocation at a time or several. */
export class Sandbox {
  readonly id: string
  readonly uid: number
  memoryMb: number
  fn: RunnableFunction | undefined
  readonly launchedAt = performance.now()
  idleSince = 0
  busySince = 0
  /** What the invocation took that ended last, in milliseconds. */
  lastRunMs = 0
  readonly #order: LaunchOrder
  readonly #parts: SandboxParts
  readonly #listener: SandboxListener<Sandbox>
  readonly #body: SandboxBody
  #state: SandboxState = 'booting'
  /** Goes after its answer: its process ends, or it may not be clean. */
  #condemned = false
  readonly #running: Running
  readonly #log: SandboxLog
  readonly #start: SandboxStart
  /** What it runs, or what it has to do before, allows nothing beside it: a slow reader of a stream holds back all answers. */
  #isExclusive = false
  readonly #limit = new MemoryLimit()

  constructor(order: LaunchOrder, parts: SandboxParts, listener: SandboxListener<Sandbox>) {
    this.id = order.id
    this.uid = order.uid
    this.memoryMb = order.memoryMb
    this.#order = order
    this.#parts = parts
    this.#listener = listener
    this.#start = new SandboxStart(order, parts.standstill, (msMax) => this.#initLate(msMax))
    this.#running = new Running(parts.standstill, {
      late: () => {
        this.#condemned = true // What runs beside it may come to its end.
      },
      ending: () => {
        if (this.#running.size === 1) this.#body.output?.flush()
      },
      ended: (attempt) => this.#ended(attempt),
    })
    this.#log = new SandboxLog(parts.logs, order.id, this.#running)
    this.#body = new SandboxBody(order, {
      message: (frame) => this.#message(frame),
      open: (request) => {
        const rule = this.fn?.definition.egress ?? 'none'
        void this.#parts.egress.open(request, { rule, depth: () => this.#running.depth })
      },
      closed: (violation) => this.closed(violation),
      line: (text) => this.#log.written(text),
    })
  }

  get state(): SandboxState {
    return this.#state
  }

  /** It has answered, and will be free within this turn of the event loop, or the next. */
  get isAlmostFree(): boolean {
    return this.#running.isAlmostLess && !this.#condemned
  }

  /** Whether it may run the call beside what it runs already. */
  hasRoomFor({ stream }: Call): boolean {
    return this.freePlaces > 0 && (this.isEmpty || !stream)
  }

  /** How many invocations more it could run at once, streamed ones apart. */
  get freePlaces(): number {
    if (this.#condemned || this.#isExclusive || !this.fn) return 0
    return concurrencyOf(this.fn.definition) - this.#running.size
  }

  /** It runs nothing. */
  get isEmpty(): boolean {
    return this.#running.size === 0
  }

  /** Since it became its function's. */
  get ageMs(): number {
    return this.#start.ageMs
  }

  /**
   * Resolves when it is generic. `place` puts in place what its boot needs already. Rejects with
   * EngineUnavailable or SandboxFailed; it is gone then.
   */
  async boot(place?: Place): Promise<void> {
    await this.#orLeave(this.#body.boot(this.#parts.driver, place))
    this.#become('generic')
  }

  /** While nobody wants it: its first invocation is faster then. */
  rehearse(): void {
    if (this.#state === 'generic') this.#body.send({ type: 'rehearse' })
  }

  /**
   * Makes it a function's: `place` puts the code into its directory, `others` of its version there are
   * already. Resolves when it is idle, or runs its first invocation already. Rejects with InitFailure,
   * or with SandboxFailed.
   */
  async specialise(
    fn: RunnableFunction,
    { place, others = 0 }: { place?: Place; others?: number } = {},
  ): Promise<void> {
    this.#become('initialising')
    this.fn = fn
    const stream = this.#log.open(fn.definition)
    this.#start.begin(initMsMax(fn), others)
    await this.#orLeave(this.#body.furnish(fn.definition.egress, place))
    this.memoryMb = this.#limit.raise(this.#parts.driver, this, fn.definition.memoryMb)
    this.#body.gather(concurrencyOf(fn.definition))
    this.#body.send({ ...initMessage(fn, stream, this.#order), ...this.#body.compiled })
    return this.#start.ready
  }

  /** Idle, and nothing is under way that needs it to run. */
  get mayFreeze(): boolean {
    return this.#state === 'idle' && !this.#limit.isPending && !this.#condemned
  }

  /** Until its next invocation. Only when it `mayFreeze`. Rejects where it could not be: then it runs on. */
  async freeze(): Promise<void> {
    this.#become('paused')
    await freeze(this.#parts.driver, this, () => this.#become('idle'))
  }

  /** Runs one invocation more; the call is answered whatever happens. Only where it has room. */
  run(call: Call): void {
    const isFrozen = this.#state === 'paused'
    if (this.isEmpty) this.#become('busy')
    if (isFrozen) void this.#thaw(call)
    else this.#begin(call)
  }

  async #thaw(call: Call): Promise<void> {
    this.#isExclusive = true
    const { thawMs, fault } = await thaw(this.#parts.driver, this.id)
    if (!fault && !this.#condemned && this.#state === 'busy') {
      this.#begin(call, thawMs)
      return this.#listener.thawed()
    }
    this.leave(true)
    this.#listener.unserved(call, fault)
  }

  /** `thawMs`: what it took to thaw it, where it was frozen. */
  #begin(call: Call, thawMs?: number): void {
    const { id, event } = call.request
    const fresh = this.#start.takeFresh()
    call.taken(fresh, thawMs)
    this.#log.begun(id)
    this.#body.output?.begin()
    const start = { initMs: fresh?.initMs, isProvisioned: this.#order.isProvisioned }
    this.#running.begin(new Attempt(call, (text) => this.#log.line(text, id), start))
    call.stream?.connect(this.#body)
    this.#isExclusive = call.stream !== undefined
    this.#body.send(invokeMessage(call, Date.now() + call.timeoutMs), event)
  }

  /** Takes it away as soon as it runs nothing any more; until then it begins nothing. */
  leaveWhenEmpty(): void {
    this.#condemned = true
    if (this.isEmpty) this.leave()
  }

  /** Takes it away now, and refuses what it runs; `urgent` where its processes may still run wild. */
  leave(urgent = false, refusal = new HearthError('ShuttingDown')): void {
    if (this.#state === 'gone') return
    this.#running.stop()
    this.#become('gone')
    this.#start.fail(new HearthError('SandboxFailed', { reason: 'it was removed' }))
    this.#running.refuse(refusal)
    this.#body.hangUp()
    this.#parts.removals.add({ ...this.#body.remains, memoryMb: this.memoryMb, urgent })
    this.#listener.gone(this)
  }

  /** It has hung up, or broken the protocol (then with the cause), or the engine does not list it any more. */
  closed(violation?: Error): void {
    if (this.#state === 'gone') return
    if (violation) this.#parts.log.warn({ err: violation, sandbox: this.id }, 'Sandbox removed')
    this.#start.stopClock() // How it ended is being found out.
    this.#running.stop()
    this.#condemned = true
    if (this.#running.owesAnswers || this.#state === 'initialising') void this.#findEnd(violation)
    else if (this.#state !== 'busy') this.leave(violation !== undefined)
  }

  async #orLeave(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.leave()
      throw error
    }
  }

  #become(next: SandboxState): void {
    if (next === 'idle' && this.#state !== 'paused') this.idleSince = performance.now()
    else if (next === 'busy') this.busySince = performance.now()
    this.#state = advance(this.#state, next)
  }

  /** Throws ProtocolError on what the runtime would not send now. */
  #message({ head, body }: Frame<FromSandbox>): void {
    if (this.#state === 'gone') return
    if (head.type === 'fatal') {
      this.#fatal(asFunctionError(head.error), head)
    } else if (head.type === 'ready' && this.#state === 'initialising') {
      this.#initialised(asNumber(head.initMs))
    } else if (head.type === 'initError' && this.#state === 'initialising') {
      const error = asFunctionError(head.error)
      this.#failInit(() => error)
    } else if ((isAnswer(head) || head.type === 'chunk') && this.#state === 'busy') {
      this.#running.answer(head, body)
    } else {
      throw new ProtocolError(`Sandbox sent "${head.type}" while it was ${this.#state}`)
    }
  }

  #ended(attempt: Attempt): void {
    attempt.close(this.#parts.recorder)
    this.lastRunMs = attempt.durationMs
    if (this.#state !== 'busy') return
    if (!this.isEmpty) this.#listener.freed(this)
    else if (this.#limit.hasFailed) this.leave(true)
    else if (this.#body.output?.isFlooded && !this.#condemned) {
      this.#isExclusive = true
      void this.#body.output.settle().then(() => this.#free())
    } else this.#free()
  }

  #free(): void {
    if (this.#state === 'gone') return
    this.#isExclusive = false
    if (this.#condemned || !this.#body.isOpen) this.leave(true)
    else {
      this.#become('idle')
      this.#listener.freed(this)
    }
  }

  #initialised(initMs: number): void {
    this.#start.succeed({ codeMs: this.#body.codeMs, initMs })
    this.#free()
  }

  #initLate(msMax: number): void {
    if (this.#state === 'initialising') this.#failInit((id) => timeoutError(id, msMax), true)
  }

  #failInit(errorFor: (id: string) => FunctionError, timedOut = false): void {
    this.#start.failInit({ errorFor, timedOut, stream: this.#log.stream })
    this.leave(timedOut)
  }

  /** It ends by itself after this. */
  #fatal(error: FunctionError, message: FatalMessage): void {
    this.#condemned = true
    if (this.#state === 'busy') this.#running.fatal(error, message)
    else this.leave()
  }

  /** Finds out how it ended, for those who wait for it. */
  async #findEnd(violation: Error | undefined): Promise<void> {
    // The limit may be raised while the engine is asked how it ended.
    const { mayHaveBeenGeneric } = this.#limit
    const { end, tail } = await this.#body.ended(this.#parts.driver, violation)
    if (this.state === 'gone') return
    const errorFor = (id: string) => (violation ? brokenProtocol(id) : endError(id, end, tail))
    if (mayHaveBeenGeneric && isOutOfMemory(end, tail)) {
      const fault = limitTooLate()
      this.#listener.outgrown(this)
      this.#start.fail(fault)
      for (const call of this.#running.takeBack()) this.#listener.faulted(call, fault)
    } else if (this.#state === 'initialising') this.#failInit(errorFor)
    else this.#running.fail(errorFor)
    this.leave(violation !== undefined)
  }
}
