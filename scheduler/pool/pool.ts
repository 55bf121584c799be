import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { HearthError } from '../../core/errors.ts'
import type { FunctionDefinition } from '../../core/functions/function.ts'
import type { AnswerStream } from '../../core/links/answer-stream.ts'
import type {
  EngineReport,
  InvokeAnswer,
  InvokeRequest,
  SchedulerHealth,
} from '../../core/links/invoke-link.ts'
import { waitAtMost } from '../deadline.ts'
import { Call, type RunnableFunction } from './call.ts'
import { Egress } from './egress.ts'
import { EngineWatch } from './engine-watch.ts'
import { Fleet } from './fleet.ts'
import { FreeCores } from './free-cores.ts'
import { FunctionPackages } from './function-packages.ts'
import { roomFor } from './function-room.ts'
import { Inspection } from './inspection.ts'
import { type Lane, needsOwn } from './lane.ts'
import { Lanes } from './lanes.ts'
import { mustLeave } from './leaving.ts'
import { GENERIC_MEMORY_MB } from './placement.ts'
import type { PoolOptions } from './pool-options.ts'
import { Provisioned } from './provisioned.ts'
import { Removals } from './removals.ts'
import { RoomNews } from './room-news.ts'
import type { Sandbox } from './sandbox.ts'
import { openSandboxRoot, removeSandboxDirectory } from './sandbox-directory.ts'
import { Starts } from './starts.ts'
import { Upkeep } from './upkeep.ts'
import { WaitingRoom } from './waiting-room.ts'

export type { RunnableFunction } from './call.ts'

/** At the end, removing what is left takes at most so long; the next start removes the rest. */
const REMOVE_ALL_MS_MAX = 15_000

/** The sandboxes of one host, and the invocations that wait for one. */
export class Pool {
  readonly #options: PoolOptions
  readonly #lanes = new Lanes()
  readonly #cores = new FreeCores()
  readonly #waitingRoom: WaitingRoom
  readonly #code: FunctionPackages
  readonly #engine: EngineWatch
  readonly #removals: Removals
  readonly #fleet: Fleet
  readonly #starts: Starts
  readonly provisioned: Provisioned
  readonly inspection: Inspection
  readonly #upkeep: Upkeep
  readonly #roomNews = new RoomNews()
  #closing = false
  #drained = Promise.withResolvers<void>()

  private constructor(options: PoolOptions, code: FunctionPackages) {
    const { driver, log, logs, recorder, nodeId: node, directory } = options
    const boot = randomUUID()
    this.#options = options
    this.#waitingRoom = new WaitingRoom(this.#lanes, options.queueMs)
    this.#code = code
    this.#engine = new EngineWatch(driver, log, (up) => this.#engineChanged(up))
    this.#removals = new Removals(driver, log)
    const egress = new Egress(options)
    this.#fleet = new Fleet({
      directory,
      node,
      boot,
      parts: { driver, logs, log, recorder, egress, removals: this.#removals },
      listener: {
        faulted: (call, fault) => this.#faulted(call, fault),
        outgrown: (sandbox) => this.#lanes.outgrown(sandbox),
        thawed: () => this.#planForWaiting(),
        unserved: (call, fault) => this.#unserved(call, fault),
        freed: (sandbox) => this.#freed(sandbox),
        gone: (sandbox) => this.#gone(sandbox),
      },
    })
    this.inspection = new Inspection(this.#fleet, this.#lanes, options)
    const cores = this.#cores
    const parts = { fleet: this.#fleet, lanes: this.#lanes, engine: this.#engine, cores, log, logs }
    const { maxSandboxes: sandboxesMax, memoryMb: memoryMbMax } = options
    const { generic, idleMs, freezeAfterMs } = options
    const room = { quarantine: this.#removals.quarantine, sandboxesMax, memoryMbMax }
    this.#starts = new Starts({ ...parts, ...room, code, recorder })
    const all = { ...parts, code, starts: this.#starts, removals: this.#removals }
    this.provisioned = new Provisioned(all)
    const own = { driver, node, boot, directory, generic, idleMs, freezeAfterMs }
    this.#upkeep = new Upkeep({ ...all, ...own, provisioned: this.provisioned })
  }

  /**
   * Resolves when the first sandbox has booted: the driver works. Rejects with EngineUnavailable,
   * or with SandboxFailed that says what is wrong; nothing is left then.
   */
  static async start(options: PoolOptions): Promise<Pool> {
    openSandboxRoot(options.directory, options.driver.kind === 'process')
    const directory = join(options.directory, '..', 'code')
    const { code: store, driver } = options
    const code = await FunctionPackages.open({ directory, code: store, imageId: driver.imageId })
    const pool = new Pool(options, code)
    try {
      await pool.#upkeep.compareOnce()
      await pool.#fleet.bootGeneric()
      await pool.#upkeep.sweepDirectories()
    } catch (error) {
      await pool.close(0)
      throw error
    }
    if (options.generic === 0) pool.#fleet.takeGeneric()?.leave()
    pool.#upkeep.start()
    return pool
  }

  /**
   * Runs one invocation. What the function does wrong is an answer; rejects with TooManyRequests
   * (no room within `queueMs`), InvalidJson, SandboxFailed, EngineUnavailable or ShuttingDown.
   * With `stream` its bytes go there as they come, and none are left for the answer.
   */
  invoke(
    fn: RunnableFunction,
    request: InvokeRequest,
    stream?: AnswerStream,
  ): Promise<InvokeAnswer> {
    return new Promise((resolve, reject) => {
      const { recorder } = this.#options
      const call = new Call({ fn, request, stream, recorder }, resolve, reject)
      if (this.#closing) return call.fail(new HearthError('ShuttingDown'))
      const lane = this.#lanes.of(fn)
      // Whoever waits comes first.
      const sandbox = lane.mayTake(call) ? lane.take(call, this.#cores) : undefined
      if (sandbox) lane.run(sandbox, call)
      else this.#wait(lane, call)
    })
  }

  /** How many more invocations of the function would start now, or nearly: see `roomFor`. */
  room(definition: FunctionDefinition): number {
    if (this.#closing) return 0
    return roomFor(this.#starts.view(), this.#lanes.roomOf(definition))
  }

  /** Calls the listener, soon after, whenever something got free. Returns what ends that. */
  onRoom(listener: () => void): () => void {
    return this.#roomNews.on(listener)
  }

  /** A state is served from now on: its limit counts, and its first invocation finds its code and layers unpacked. */
  async prepare(fn: RunnableFunction): Promise<void> {
    this.#lanes.limit(fn.definition)
    this.#starts.plan()
    await this.#code.prepare(fn)
  }

  /**
   * The function has changed, or is gone: of states that are not kept, idle sandboxes go now, busy
   * ones after their answer.
   */
  retire(functionName: string, isKept: (definition: FunctionDefinition) => boolean): void {
    for (const lane of [...this.#lanes.named(functionName)]) {
      if (isKept(lane.fn.definition)) continue
      lane.retired = true
      for (const sandbox of [...lane.idle]) sandbox.leave()
    }
  }

  /** The function is gone: nothing that its sandboxes have made of its code stays. */
  forget(functionName: string): void {
    this.#code.forget(functionName)
  }

  stats(): SchedulerHealth['sandboxes'] {
    return this.#fleet.stats()
  }

  engineReport(): EngineReport {
    return this.#upkeep.engineReport()
  }

  /** Refuses what waits, lets what runs end for at most `graceMs`, and removes everything. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true
    this.#starts.close()
    this.#waitingRoom.empty(new HearthError('ShuttingDown'))
    for (const sandbox of [...this.#fleet.all()]) if (sandbox.state !== 'busy') sandbox.leave()
    await waitAtMost(graceMs, this.#whenDrained())
    await this.#upkeep.stop()
    this.#engine.close()
    this.endBusy()
    await waitAtMost(REMOVE_ALL_MS_MAX, this.#removals.finish())
    await this.#code.close()
    await removeSandboxDirectory(this.#options.directory)
  }

  /** Ends every sandbox now; what runs fails by the platform's fault. */
  endBusy(): void {
    for (const sandbox of [...this.#fleet.all()]) sandbox.leave(true)
  }

  #wait(lane: Lane, call: Call): void {
    try {
      if (!this.#engine.up && this.#needsEngine(lane)) throw new HearthError('EngineUnavailable')
      this.#waitingRoom.admit(lane, call)
      this.#starts.waits(lane)
    } catch (error) {
      call.fail(error as Error)
    }
    this.#lanes.settle(lane)
  }

  #freed(sandbox: Sandbox): void {
    const lane = this.#lanes.ofSandbox(sandbox)
    lane?.ended(sandbox)
    if (!lane || this.#closing || mustLeave(lane, sandbox, this.#starts.starved)) {
      if (!sandbox.isEmpty) lane?.tally.draining.add(sandbox)
      sandbox.leaveWhenEmpty()
      return
    }
    // One that was provisioned comes on top of those that may run.
    while (lane.tally.active < lane.limit) {
      const call = this.#lanes.nextCall(lane, sandbox)
      if (!call) break
      lane.run(sandbox, call)
    }
    if (sandbox.isEmpty) this.#idle(lane, sandbox)
    else if (lane.concurrency > 1) {
      this.#planForWaiting()
      if (lane.waiting.length === 0) this.#roomNews.tell()
    }
  }

  #planForWaiting(): void {
    if (this.#lanes.waiting.size > 0) this.#starts.plan()
  }

  #idle(lane: Lane, sandbox: Sandbox): void {
    if (lane.retired) sandbox.leave()
    else {
      lane.idle.push(sandbox)
      this.#planForWaiting()
      this.#roomNews.tell()
    }
  }

  /** Goes on in another sandbox, before all others, but only once. */
  #faulted(call: Call, fault: HearthError): void {
    if (call.retried || call.stream?.hasBegun || this.#closing) {
      call.fail(fault)
      return
    }
    call.retried = true
    this.#waitingRoom.admitAgain(this.#lanes.of(call.fn), call)
    this.#starts.plan()
  }

  /** Nothing of it has run, so this was no try of it. There is an end: each time costs a frozen sandbox. */
  #unserved(call: Call, fault: Error | undefined): void {
    if (fault) this.#options.log.warn({ err: fault }, 'A sandbox could not be thawed')
    if (this.#closing) {
      call.fail(new HearthError('ShuttingDown'))
      return
    }
    this.#waitingRoom.admitAgain(this.#lanes.of(call.fn), call)
    if (fault) void this.#engine.ask()
    this.#engineChanged(this.#engine.up)
  }

  #gone(sandbox: Sandbox): void {
    this.#fleet.drop(sandbox)
    const lane = this.#lanes.ofSandbox(sandbox)
    lane?.gone(sandbox)
    if (lane) this.#lanes.settle(lane)
    if (this.#closing) {
      if (!this.#isBusy()) this.#drained.resolve()
      return
    }
    this.#starts.plan()
    this.#roomNews.tell()
  }

  #engineChanged(up: boolean): void {
    if (up) {
      this.#starts.plan()
      return
    }
    for (const lane of [...this.#lanes.waiting]) {
      if (this.#needsEngine(lane))
        this.#waitingRoom.refuse(lane, new HearthError('EngineUnavailable'))
    }
  }

  /** Whether nothing but a new container can serve who waits here. */
  #needsEngine(lane: Lane): boolean {
    if (lane.busy.size + lane.starting.size > 0) return false
    const { memoryMb } = lane.fn.definition
    return this.#fleet.generics === 0 || needsOwn(lane.fn) || memoryMb > GENERIC_MEMORY_MB
  }

  #isBusy(): boolean {
    return [...this.#fleet.all()].some(({ state }) => state === 'busy')
  }

  async #whenDrained(): Promise<void> {
    if (this.#isBusy()) await this.#drained.promise
  }
}
