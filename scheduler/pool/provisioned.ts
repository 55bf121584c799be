import type { Logger } from '../../core/logs/logger.ts'
import type { RunnableFunction } from './call.ts'
import type { EngineWatch } from './engine-watch.ts'
import type { Fleet } from './fleet.ts'
import type { FunctionPackages } from './function-packages.ts'
import { InitFailure } from './init-failure.ts'
import type { Lane } from './lane.ts'
import { keyOf, type Lanes } from './lanes.ts'
import { type ProvisionedLine, planProvisioning } from './provisioning.ts'
import { SANDBOX_AGE_MS_MAX } from './sandbox-age.ts'
import type { Starts } from './starts.ts'

/** So long before the end of its age one is replaced. */
const REPLACE_AHEAD_MS = 5 * 60_000
/** After a start that failed the next one waits so long; twice as long each time. */
const BACK_OFF_MS = 1000
const BACK_OFF_MS_MAX = 60_000
const FULL = 'POOL_MAX or POOL_MEMORY_MB leaves no room for more sandboxes'

export interface ProvisionedParts {
  fleet: Fleet
  lanes: Lanes
  code: FunctionPackages
  engine: EngineWatch
  starts: Starts
  log: Logger
}

/** Sandboxes of one function version that are kept. */
export interface ProvisionedCounts {
  /** Those that start, wait or run; and of these those that wait or run. */
  allocated: number
  available: number
  /** Why there are no more, where that is known. */
  reason?: string
}

interface Kept {
  fn: RunnableFunction
  wanted: number
  failures: number
  /** By `performance.now()`. */
  startsAgainAt: number
  reason: string | undefined
}

/** Keeps sandboxes of function versions with their code loaded, called or not. */
export class Provisioned {
  readonly #parts: ProvisionedParts
  readonly #kept = new Map<string, Kept>()

  constructor(parts: ProvisionedParts) {
    this.#parts = parts
  }

  /** What is wanted of a function's versions from now on; all others of it are not wanted any more. */
  want(functionName: string, versions: readonly { fn: RunnableFunction; count: number }[]): void {
    const named = new Set(versions.map(({ fn }) => keyOf(fn)))
    for (const [key, { fn }] of this.#kept) {
      if (fn.definition.name === functionName && !named.has(key)) this.#change(fn, 0)
    }
    for (const { fn, count } of versions) this.#change(fn, count)
  }

  counts(functionName: string, version: string): ProvisionedCounts {
    for (const [key, { fn, reason }] of this.#kept) {
      const { definition } = fn
      if (definition.name !== functionName || definition.version !== version) continue
      const states = sandboxesOf(this.#parts.lanes.get(key)).map(({ state }) => state)
      const available = states.filter((state) => state !== 'starting').length
      return { allocated: states.length, available, ...(reason !== undefined && { reason }) }
    }
    return { allocated: 0, available: 0 }
  }

  /** Looks what is missing, and starts it; a few at a time. */
  tick(): void {
    const { engine, fleet, starts, lanes } = this.#parts
    if (this.#kept.size === 0) return
    const lines = Array.from(this.#kept, ([key, kept]) => this.#line(key, kept))
    for (const { key, wanted, sandboxes } of lines) {
      if (wanted === 0 && sandboxes.length === 0) this.#kept.delete(key)
    }
    if (!engine.up || starts.isBackingOff) return
    const { steps, full } = planProvisioning(starts.view(), lines)
    for (const key of full) this.#say(key, FULL)
    for (const step of steps) {
      if (step.do === 'launch') void this.#launch(step.key)
      else if (step.do === 'shed') fleet.takeGeneric()?.leave()
      else fleet.get(step.id)?.leave()
    }
    // What is free now may serve who waits.
    if (steps.length > 0 && lanes.waiting.size > 0) starts.plan()
  }

  #change(fn: RunnableFunction, wanted: number): void {
    const key = keyOf(fn)
    const before = this.#kept.get(key)
    if (!before && wanted === 0) return
    const fresh = { failures: 0, startsAgainAt: 0, reason: undefined }
    const isSame = before?.wanted === wanted
    this.#kept.set(key, { ...(isSame ? before : fresh), fn, wanted })
  }

  #line(key: string, { fn, wanted, startsAgainAt }: Kept): ProvisionedLine {
    return {
      key,
      wanted,
      memoryMb: fn.definition.memoryMb,
      sandboxes: sandboxesOf(this.#parts.lanes.get(key)),
      mayStart: performance.now() >= startsAgainAt,
    }
  }

  async #launch(key: string): Promise<void> {
    const { fleet, lanes, code, starts, log, engine } = this.#parts
    const kept = this.#kept.get(key)
    if (!kept) return
    const { fn } = kept
    const { sandbox, booted } = fleet.own(fn, code.placeFor(fn), true)
    sandbox.fn = fn
    const lane = lanes.of(fn)
    lane.provisioned.add(sandbox)
    try {
      await booted
      await sandbox.specialise(fn)
      this.#settled(key, undefined)
    } catch (error) {
      const isInit = error instanceof InitFailure
      this.#settled(key, isInit ? 'FUNCTION_ERROR_INIT_FAILURE' : (error as Error).message)
      log.warn({ err: error, function: fn.definition.name }, 'A sandbox could not be provisioned')
      if (!isInit) void engine.ask()
      lanes.settle(lane)
      starts.plan()
    }
  }

  /** By what it is now: it may have been asked for otherwise meanwhile. */
  #settled(key: string, reason: string | undefined): void {
    const kept = this.#kept.get(key)
    if (!kept) return
    kept.reason = reason
    kept.failures = reason === undefined ? 0 : kept.failures + 1
    const waitMs = Math.min(BACK_OFF_MS * 2 ** (kept.failures - 1), BACK_OFF_MS_MAX)
    kept.startsAgainAt = reason === undefined ? 0 : performance.now() + waitMs
  }

  #say(key: string, reason: string): void {
    const kept = this.#kept.get(key)
    if (kept) kept.reason ??= reason
  }
}

function sandboxesOf(lane: Lane | undefined): ProvisionedLine['sandboxes'] {
  return Array.from(lane?.provisioned ?? [], (sandbox) => {
    const { id, state, ageMs } = sandbox
    const isIdle = state === 'idle' || state === 'paused'
    if (!isIdle && state !== 'busy') return { id, state: 'starting', isOld: false }
    const isOld = ageMs > SANDBOX_AGE_MS_MAX - REPLACE_AHEAD_MS
    return { id, state: isIdle ? 'idle' : 'busy', isOld }
  })
}
