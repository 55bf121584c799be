import { HearthError } from '../../core/errors.ts'
import type { LogSink } from '../../core/logs/log-line.ts'
import type { Logger } from '../../core/logs/logger.ts'
import type { EngineWatch } from './engine-watch.ts'
import type { Fleet } from './fleet.ts'
import type { FreeCores } from './free-cores.ts'
import type { FunctionPackages } from './function-packages.ts'
import { InitFailure } from './init-failure.ts'
import type { InvocationRecorder } from './invocation-recorder.ts'
import type { Lane } from './lane.ts'
import type { Lanes } from './lanes.ts'
import {
  GENERIC_MS,
  LAUNCHES_MAX,
  type Plan,
  type PoolView,
  patienceMs,
  planStarts,
  type Step,
  type WaitingLine,
} from './placement.ts'
import type { Quarantine } from './quarantine.ts'
import type { Sandbox } from './sandbox.ts'

export interface StartsParts {
  fleet: Fleet
  lanes: Lanes
  code: FunctionPackages
  engine: EngineWatch
  cores: FreeCores
  /** What runs on although it was removed. */
  quarantine: Quarantine
  log: Logger
  logs: LogSink
  recorder: InvocationRecorder
  sandboxesMax: number
  memoryMbMax: number
}

/** After a failed boot the next one waits so long; twice as long each time. */
const BACK_OFF_MS = 250
const BACK_OFF_MS_MAX = 2000
/** How often those who wait although sandboxes are idle are looked at again. */
const LOOK_AGAIN_MS = GENERIC_MS

/** Gets sandboxes for those who wait, as `placement.ts` decides. */
export class Starts {
  readonly #parts: StartsParts
  #starved: WaitingLine[] = []
  #planned = false
  #patience: NodeJS.Timeout | undefined
  #patienceAt = 0
  #bootAgain: NodeJS.Timeout | undefined
  #closed = false
  #failedBoots = 0
  #bootsAgainAt = 0

  constructor(parts: StartsParts) {
    this.#parts = parts
  }

  /** Lines that could not start for want of room. */
  get starved(): WaitingLine[] {
    return this.#starved
  }

  /** Boots have failed; there is no point in more of them right now. */
  get isBackingOff(): boolean {
    return performance.now() < this.#bootsAgainAt
  }

  /**
   * Decides anew, once for all that happens in this turn of the event loop: at its end, when all that
   * has come in is known, answers of busy sandboxes too.
   */
  plan(): void {
    if (this.#planned || this.#closed) return
    this.#planned = true
    setImmediate(() => {
      this.#planned = false
      if (!this.#closed) this.#planNow()
    })
  }

  /** For one more that waits: while it is to be left to busy sandboxes, it is looked at in time. */
  waits(lane: Lane): void {
    if (this.#patience !== undefined && lane.busy.size > 0) {
      const ms = patienceMs(lane.load(), this.#parts.fleet.generics)
      if (ms > 0 && this.#patienceAt <= performance.now() + ms) return
    }
    this.plan()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#patience)
    clearTimeout(this.#bootAgain)
  }

  /** One more generic sandbox, for whoever needs it first. */
  async boot(): Promise<void> {
    try {
      await this.#parts.fleet.bootGeneric()
      this.#failedBoots = 0
    } catch (error) {
      if (!this.#closed) this.#bootFailed(error as Error)
    }
    this.plan()
  }

  view(): PoolView {
    const { fleet, lanes, cores, quarantine, sandboxesMax, memoryMbMax } = this.#parts
    const { generics, booting } = fleet
    const sandboxes = fleet.size + quarantine.size
    const memoryMb = fleet.memoryMb + quarantine.memoryMb
    const launching = this.isBackingOff ? LAUNCHES_MAX : fleet.launching
    const of = { sandboxesMax, memoryMbMax, sandboxes, memoryMb, generics, booting, launching }
    let idle: PoolView['idle'] | undefined
    return {
      ...of,
      coreFree: cores.any,
      cores: cores.count,
      waiting: this.#waiting(),
      // Most decisions are made without it.
      get idle() {
        idle ??= leastRecentlyUsed(lanes)
        return idle
      },
    }
  }

  /** Idle sandboxes are left alone while busy ones are sooner; now they may not be. */
  #useIdle(): void {
    const { lanes, cores } = this.#parts
    for (const lane of [...lanes.waiting]) {
      for (let [first] = lane.waiting; first; [first] = lane.waiting) {
        const sandbox = lane.take(first, cores)
        if (!sandbox) break
        lanes.nextCall(lane)
        lane.run(sandbox, first)
      }
    }
  }

  #planNow(): void {
    this.#parts.cores.look()
    this.#useIdle()
    if (this.#parts.lanes.waiting.size === 0) {
      this.#starved = []
      return
    }
    const view = this.view()
    const plan: Plan = planStarts(view)
    this.#starved = plan.starved
    for (const step of plan.steps) this.#take(step)
    this.#wakeForPatience(view)
  }

  #waiting(): WaitingLine[] {
    const { lanes, fleet, cores } = this.#parts
    const now = performance.now()
    return Array.from(lanes.waiting, (lane) => {
      const patience = patienceMs(lane.load(), fleet.generics)
      return lane.view(now, cores, patience)
    })
  }

  /** Looks again when the busy sandboxes should have been free by now. */
  #wakeForPatience(view: PoolView): void {
    let soonest = Number.POSITIVE_INFINITY
    for (const line of view.waiting) {
      const ms = patienceMs(line, view.generics)
      if (ms > 0) soonest = Math.min(soonest, ms)
      if (line.idle > 0 || line.runningMax < Number.POSITIVE_INFINITY) {
        soonest = Math.min(soonest, LOOK_AGAIN_MS)
      }
    }
    const at = performance.now() + soonest
    // One that comes sooner looks again, and then plans the next.
    if (soonest === Number.POSITIVE_INFINITY || (this.#patience && this.#patienceAt <= at)) return
    clearTimeout(this.#patience)
    this.#patienceAt = at
    this.#patience = setTimeout(() => {
      this.#patience = undefined
      this.plan()
    }, soonest)
  }

  #take(step: Step): void {
    const { fleet, lanes } = this.#parts
    switch (step.do) {
      case 'boot':
        void this.boot()
        return
      case 'evict':
        fleet.get(step.id)?.leave()
        return
      case 'shed':
        fleet.takeGeneric()?.leave()
        return
      case 'specialise':
      case 'launch': {
        const lane = lanes.get(step.key)
        if (lane) this.#start(lane, step.do)
      }
    }
  }

  #start(lane: Lane, how: 'specialise' | 'launch'): void {
    const { fleet, code } = this.#parts
    const { fn } = lane
    const place = code.placeFor(fn)
    const others = lane.busy.size + lane.starting.size
    if (how === 'specialise') {
      const sandbox = fleet.takeGeneric()
      if (sandbox) void this.#watch(lane, sandbox, sandbox.specialise(fn, { place, others }))
      return
    }
    const { sandbox, booted } = fleet.own(fn, place)
    sandbox.fn = fn
    void this.#watch(
      lane,
      sandbox,
      booted.then(() => sandbox.specialise(fn, { others })),
    )
  }

  /** The sandbox reports its success itself, by being free. */
  async #watch(lane: Lane, sandbox: Sandbox, started: Promise<unknown>): Promise<void> {
    lane.start(sandbox)
    try {
      await started
    } catch (error) {
      if (!this.#closed) this.#startFailed(lane, error as Error)
    }
  }

  #startFailed(lane: Lane, error: Error): void {
    const { lanes, engine, log } = this.#parts
    lane.failures += 1
    if (error instanceof InitFailure) this.#answerInitFailure(lane, error)
    else {
      log.warn({ err: error, function: lane.tally.name }, 'A sandbox could not be made ready')
      if (isEngineAway(error)) engine.failed()
      const first = lane.waiting[0]
      if (first?.retried) lanes.nextCall(lane)?.fail(error)
      else if (first) first.retried = true
    }
    lanes.settle(lane)
    this.plan()
  }

  /** Whoever waited for this load hears how it went; where others of the version run, only the first. */
  #answerInitFailure(lane: Lane, failure: InitFailure): void {
    const { lanes } = this.#parts
    const others = lane.busy.size + lane.idle.length + lane.starting.size
    const count = others > 0 ? 1 : lane.waiting.length
    for (let answered = 0; answered < count; answered += 1) {
      const call = lanes.nextCall(lane)
      if (call) failure.answer(call, this.#parts)
    }
  }

  #bootFailed(error: Error): void {
    const { engine, fleet, log } = this.#parts
    log.warn({ err: error }, 'A sandbox could not be started')
    const backOffMs = Math.min(BACK_OFF_MS * 2 ** this.#failedBoots, BACK_OFF_MS_MAX)
    this.#failedBoots += 1
    this.#bootsAgainAt = performance.now() + backOffMs
    clearTimeout(this.#bootAgain)
    this.#bootAgain = setTimeout(() => {
      // A timer may fire a moment early: by the clock alone it would find the pause not over.
      this.#bootsAgainAt = 0
      this.plan()
    }, backOffMs)
    if (isEngineAway(error)) engine.failed()
    else if (fleet.booting === 0) this.#refuseHopeless(error)
  }

  /** Nothing will come for those who have waited for it; the reason is theirs. */
  #refuseHopeless(error: Error): void {
    const { lanes } = this.#parts
    for (const lane of [...lanes.waiting]) {
      if (lane.busy.size + lane.starting.size > 0) continue
      for (let call = lanes.nextCall(lane); call; call = lanes.nextCall(lane)) call.fail(error)
      lanes.settle(lane)
    }
  }
}

function leastRecentlyUsed(lanes: Lanes): PoolView['idle'] {
  return [...lanes.all()]
    .flatMap(({ idle, provisioned }) => idle.filter((sandbox) => !provisioned.has(sandbox)))
    .sort((a, b) => a.idleSince - b.idleSince)
    .map(({ id, memoryMb }) => ({ id, memoryMb }))
}

function isEngineAway(error: Error): boolean {
  return error instanceof HearthError && error.code === 'EngineUnavailable'
}
