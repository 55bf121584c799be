import { HearthError } from '../../core/errors.ts'
import { concurrencyOf } from '../../core/functions/function.ts'
import { isBootVariable } from '../../core/functions/names.ts'
import type { Call, RunnableFunction } from './call.ts'
import type { FreeCores } from './free-cores.ts'
import { HELD_MS_MAX, type LaneLoad, type WaitingLine } from './placement.ts'
import { RunTimes } from './run-times.ts'
import { briefMsMax, runningMax } from './running-max.ts'
import type { Sandbox } from './sandbox.ts'

/** Invocations of one function version that wait at most; the next one is refused. */
const WAITING_MAX = 1000
/** V8's limit of a generic sandbox is fixed at boot; above this memory it would be too small. */
const GENERIC_FUNCTION_MB_MAX = 1280

/** What all versions of one function have in common. */
export interface FunctionTally {
  name: string
  /** Invocations that run, and sandboxes that start for one. */
  active: number
  /** Sandboxes that start or run. */
  held: number
  /** Of the sandboxes, those that run on to the end of what they have begun, and then leave for others' sake. */
  draining: Set<Sandbox>
  /** reservedConcurrency, or Infinity. */
  limit: number
  lanes: Set<Lane>
}

/** Invocations of the function, in any version, that run or wait: what its caller counts as concurrent. */
export function demandOf({ active, lanes }: FunctionTally): number {
  let demand = 0
  for (const { running, waiting } of lanes) demand += running + waiting.length
  return Math.max(active, demand)
}

/** One function version in the pool: who waits for it, and its sandboxes. */
export class Lane {
  readonly key: string
  /** Its sandboxes have their memory from the start: they are made for it, not of generic ones. */
  own: boolean
  /** Invocations that one sandbox runs at a time. */
  readonly concurrency: number
  readonly tally: FunctionTally
  /** With the newest environment: temporary credentials in it are renewed. */
  fn: RunnableFunction
  /** First come, first served. */
  readonly waiting: Call[] = []
  /** Of those that wait, the ones that nobody waits for. */
  patient = 0
  /** Last in, first out: the hottest runs next, and the others grow old. */
  readonly idle: Sandbox[] = []
  readonly starting = new Set<Sandbox>()
  /** And how many invocations each of them runs. */
  readonly busy = new Map<Sandbox, number>()
  /** Invocations that run. */
  running = 0
  /** Those that are kept ready; while they start nobody waits for them, and they are in no other set. */
  readonly provisioned = new Set<Sandbox>()
  /** Its function has changed: sandboxes leave as soon as nobody waits. */
  retired = false
  /** Starts that failed since the last one that did not. */
  failures = 0
  readonly times = new RunTimes()
  /** Since then somebody has waited here, one after the other. */
  #queuedSince = 0

  constructor(key: string, tally: FunctionTally, fn: RunnableFunction) {
    this.key = key
    this.tally = tally
    this.fn = fn
    this.own = needsOwn(fn)
    this.concurrency = concurrencyOf(fn.definition)
    tally.lanes.add(this)
  }

  get limit(): number {
    return this.tally.limit
  }

  get isEmpty(): boolean {
    const { waiting, idle, starting, provisioned, busy } = this
    return waiting.length + idle.length + starting.size + provisioned.size + busy.size === 0
  }

  /** Whoever waits comes first, but for those that want a sandbox for themselves: they may be passed. */
  mayTake({ stream }: Call): boolean {
    const [first] = this.waiting
    return !first || (this.concurrency > 1 && !stream && first.stream !== undefined)
  }

  /**
   * The sandbox to run the call in, if the function may run one more: a busy one that has room, as
   * long as there is one, else one that is idle.
   */
  take(call: Call, cores: FreeCores): Sandbox | undefined {
    if (this.tally.active >= this.limit) return undefined
    return this.#withRoomFor(call) ?? this.#takeIdle(cores)
  }

  #withRoomFor(call: Call): Sandbox | undefined {
    if (this.concurrency === 1) return undefined
    for (const sandbox of this.busy.keys()) if (sandbox.hasRoomFor(call)) return sandbox
    return undefined
  }

  #takeIdle(cores: FreeCores): Sandbox | undefined {
    const most = runningMax(this.times.leastMs, cores)
    if (this.busy.size >= most && this.brieflyBusy(performance.now(), cores) >= most)
      return undefined
    return this.idle.pop()
  }

  /** Of the busy sandboxes, those that are likely to be free soon, where the function is a short one. */
  brieflyBusy(now: number, cores: FreeCores): number {
    const since = now - briefMsMax(cores)
    let count = 0
    for (const { busySince } of this.busy.keys()) if (busySince >= since) count += 1
    return count
  }

  /** Throws TooManyRequests when too many wait already. */
  wait(call: Call): void {
    if (this.waiting.length >= WAITING_MAX) {
      const reason = `${WAITING_MAX} invocations wait for a sandbox`
      throw new HearthError(
        'TooManyRequests',
        { name: this.tally.name, reason },
        { retryAfterSeconds: 1 },
      )
    }
    if (this.waiting.length === 0) this.#queuedSince = call.enteredAt
    this.waiting.push(call)
  }

  start(sandbox: Sandbox): void {
    this.starting.add(sandbox)
    this.tally.active += 1
    this.tally.held += 1
  }

  run(sandbox: Sandbox, call: Call): void {
    const runs = this.busy.get(sandbox) ?? 0
    if (runs === 0) this.tally.held += 1
    this.busy.set(sandbox, runs + 1)
    this.running += 1
    this.tally.active += 1
    sandbox.run(call)
  }

  /** Its start has ended, or one of its invocations. */
  ended(sandbox: Sandbox): void {
    const runs = this.busy.get(sandbox)
    if (runs !== undefined) {
      this.#runs(sandbox, runs - 1)
      this.times.add(sandbox.lastRunMs)
    } else if (this.starting.delete(sandbox)) {
      this.tally.active -= 1
      this.tally.held -= 1
      this.failures = 0
    }
  }

  gone(sandbox: Sandbox): void {
    this.tally.draining.delete(sandbox)
    this.provisioned.delete(sandbox)
    if (this.busy.has(sandbox)) this.#runs(sandbox, 0)
    else if (this.starting.delete(sandbox)) {
      this.tally.active -= 1
      this.tally.held -= 1
    }
    const at = this.idle.indexOf(sandbox)
    if (at >= 0) this.idle.splice(at, 1)
  }

  /** It runs so many from now on, fewer than before. */
  #runs(sandbox: Sandbox, count: number): void {
    const fewer = (this.busy.get(sandbox) ?? 0) - count
    this.running -= fewer
    this.tally.active -= fewer
    if (count > 0) this.busy.set(sandbox, count)
    else {
      this.busy.delete(sandbox)
      this.tally.held -= 1
    }
  }

  /** Of those that wait, the ones that want a sandbox for themselves among functions that share theirs. */
  #alone(): number {
    if (this.concurrency === 1) return 0
    return this.waiting.reduce((sum, { stream }) => sum + (stream ? 1 : 0), 0)
  }

  /** How long its queue is, and how fast its sandboxes take from it. */
  load(): LaneLoad {
    let almostFree = 0
    if (this.concurrency === 1) {
      for (const sandbox of this.busy.keys()) if (sandbox.isAlmostFree) almostFree += 1
    }
    const { own, times, busy, waiting } = this
    return {
      own,
      waiting: waiting.length,
      starting: this.starting.size + almostFree,
      busy: busy.size,
      // By the mean, each sandbox that is added on busy cores would make another one wanted.
      expectedMs: times.leastMs,
    }
  }

  /** For the decision of where waiting invocations go; who has waited longer than `patienceMs` is overdue. */
  view(now: number, cores: FreeCores, patienceMs = 0): WaitingLine {
    const { definition } = this.fn
    const load = this.load()
    const { starting } = load
    // The first in line have theirs: whether these are patient is no matter any more.
    let patient = this.patient
    for (let place = 0; place < Math.min(starting, this.waiting.length); place += 1) {
      if (this.waiting[place]?.request.patient) patient -= 1
    }
    let overdue = 0
    let overduePatient = 0
    for (const [place, { enteredAt, request }] of this.waiting.entries()) {
      const waitedMs = now - enteredAt
      if (waitedMs <= patienceMs && waitedMs <= HELD_MS_MAX) break
      const isHeld = request.patient && waitedMs <= HELD_MS_MAX
      if (request.patient && !isHeld && place >= starting) patient -= 1
      if (waitedMs <= patienceMs) continue
      overdue += 1
      if (isHeld && place >= starting) overduePatient += 1
    }
    // Each waits its turn only, and yet all the time somebody does: one more would be used.
    const isSteady = this.patient === 0 && now - this.#queuedSince > patienceMs
    if (isSteady && this.waiting.length > 0) overdue = Math.max(overdue, 1)
    return {
      key: this.key,
      functionName: this.tally.name,
      ...load,
      overdue,
      patient,
      overduePatient,
      waitingSince: this.waiting[0]?.enteredAt ?? 0,
      brieflyBusy: this.brieflyBusy(now, cores),
      runningMax: runningMax(this.times.leastMs, cores),
      idle: this.idle.length,
      leastMs: this.times.leastMs,
      active: this.tally.active,
      held: this.tally.held,
      alone: this.#alone(),
      concurrency: this.concurrency,
      limit: this.limit,
      memoryMb: definition.memoryMb,
      probing: this.failures > 0,
    }
  }
}

/** Whether a generic sandbox, booted already, cannot become this function. */
export function needsOwn({ definition }: Pick<RunnableFunction, 'definition'>): boolean {
  return definition.memoryMb > GENERIC_FUNCTION_MB_MAX || hasBootVariables(definition.environment)
}

/** Of the function's variables, those that only count at boot. They are no secrets: they show in the engine. */
export function bootVariables({ definition }: RunnableFunction): Record<string, string> {
  const entries = Object.entries(definition.environment)
  return Object.fromEntries(entries.filter(([name]) => isBootVariable(name)))
}

function hasBootVariables(environment: Record<string, string>): boolean {
  for (const name in environment) if (isBootVariable(name)) return true
  return false
}
