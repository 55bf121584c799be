import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { HearthError } from '../../core/errors.ts'
import type { EngineReport } from '../../core/links/invoke-link.ts'
import type { Logger } from '../../core/logs/logger.ts'
import type { Driver, ListedSandbox } from './driver.ts'
import type { EngineWatch } from './engine-watch.ts'
import type { Fleet } from './fleet.ts'
import type { FreeCores } from './free-cores.ts'
import { Freezing } from './freezing.ts'
import type { Lanes } from './lanes.ts'
import { OrphanedShims } from './orphaned-shims.ts'
import { refillStarts } from './placement.ts'
import type { Provisioned } from './provisioned.ts'
import { compare } from './reconcile.ts'
import type { Removals } from './removals.ts'
import { SANDBOX_AGE_MS_MAX } from './sandbox-age.ts'
import { removeSandboxDirectory } from './sandbox-directory.ts'
import type { Starts } from './starts.ts'

const TICK_MS = 250
/** Sandboxes booted ahead of need, at the same time. */
const REFILL_LAUNCHES_MAX = 2
/** On a host that is never idle, the pool is refilled one at a time after so many ticks without a free core. */
const TICKS_WITHOUT_CORE_MAX = 4
const TICKS_PER_COMPARISON = 12
const COMPARISONS_PER_SHIM_LOOK = 10

export interface UpkeepParts {
  driver: Driver
  fleet: Fleet
  lanes: Lanes
  starts: Starts
  removals: Removals
  provisioned: Provisioned
  cores: FreeCores
  engine: EngineWatch
  log: Logger
  node: string
  boot: string
  directory: string
  generic: number
  idleMs: number
  freezeAfterMs: number
}

/** The same small work every quarter of a second, in good times and bad. */
export class Upkeep {
  readonly #parts: UpkeepParts
  readonly #shims: OrphanedShims
  readonly #freezing: Freezing
  #timer: NodeJS.Timeout | undefined
  #ticks = 0
  #ticksWithoutCore = 0
  #comparing: Promise<void> | undefined
  #comparisons = 0

  constructor(parts: UpkeepParts) {
    this.#parts = parts
    this.#shims = new OrphanedShims(parts.driver, parts.log)
    this.#freezing = new Freezing(parts)
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#comparing
  }

  /** Boots generic sandboxes that are missing, if nobody needs the cores more. */
  refill(): void {
    const { fleet, starts, engine, generic, lanes, cores } = this.#parts
    const missing = refillStarts(starts.view(), generic)
    if (missing === 0 || !engine.up || starts.isBackingOff) return
    const isBusy = lanes.isStarting || !cores.any
    this.#ticksWithoutCore = isBusy ? this.#ticksWithoutCore + 1 : 0
    if (isBusy && this.#ticksWithoutCore < TICKS_WITHOUT_CORE_MAX) return
    const atOnce = isBusy ? 1 : REFILL_LAUNCHES_MAX
    const count = Math.min(missing, atOnce - fleet.launching)
    for (let started = 0; started < count; started += 1) void starts.boot()
  }

  /** Removes directories that no sandbox of the table has: those of earlier starts. */
  async sweepDirectories(): Promise<void> {
    const { fleet, removals, directory } = this.#parts
    for (const name of await readdir(directory)) {
      if (fleet.get(name) || removals.has(name)) continue
      await removeSandboxDirectory(join(directory, name))
    }
  }

  /** Rejects with EngineUnavailable. */
  async compareOnce(): Promise<void> {
    const { driver, fleet, removals, node, boot } = this.#parts
    const known = Array.from(fleet.all(), ({ id, state }) => ({
      id,
      launched: state !== 'booting',
    }))
    const listed = await driver.list(node)
    const { strays, lost } = compare(listed, known, {
      boot,
      isOurs: (id) => fleet.get(id) !== undefined,
      isLeaving: (handle) => removals.has(handle),
    })
    const { quarantine } = removals
    quarantine.keepOnly(new Set(listed.map(idOf)))
    for (const stray of strays) {
      const id = idOf(stray)
      if (quarantine.mayTry(id)) removals.add({ handle: stray.handle, id, urgent: false })
    }
    for (const id of lost) fleet.get(id)?.closed()
  }

  /** What is known of the engine and of what it leaves behind. */
  engineReport(): EngineReport {
    return {
      freezing: this.#parts.driver.freezing,
      calls: this.#parts.driver.callTallies(),
      quarantined: this.#parts.removals.quarantine.list(),
      orphanedShims: this.#shims.list(),
    }
  }

  #tick(): void {
    this.#ticks += 1
    this.#parts.cores.look()
    this.#dismissOld()
    this.#freezing.tick()
    this.#parts.provisioned.tick()
    this.refill()
    const { lanes, fleet, engine, starts } = this.#parts
    // Cores get free, and patience ends, without anybody telling.
    if (lanes.waiting.size > 0) starts.plan()
    // A start takes its time, but who waits for one is told soon when the engine is away.
    if (lanes.waiting.size > 0 && fleet.launching > 0) void engine.ask()
    if (this.#ticks % TICKS_PER_COMPARISON === 0) this.#comparing ??= this.#compare()
  }

  async #compare(): Promise<void> {
    const { engine, log } = this.#parts
    this.#comparisons += 1
    try {
      await this.compareOnce()
      if (this.#comparisons % COMPARISONS_PER_SHIM_LOOK === 0) await this.#shims.look()
    } catch (error) {
      if (error instanceof HearthError && error.code === 'EngineUnavailable') engine.failed()
      else log.warn({ err: error }, 'Sandboxes could not be compared with the engine’s list')
    } finally {
      this.#comparing = undefined
    }
  }

  #dismissOld(): void {
    const now = performance.now()
    const { idleMs, lanes } = this.#parts
    for (const lane of lanes.all()) {
      for (const sandbox of [...lane.idle]) {
        const isUnused = now - sandbox.idleSince > idleMs && !lane.provisioned.has(sandbox)
        const isOld = isUnused || sandbox.ageMs > SANDBOX_AGE_MS_MAX
        if (isOld) sandbox.leave()
      }
    }
  }
}

/** A sandbox is known by its id wherever it has one: its driver's name comes later, and goes earlier. */
function idOf({ id, handle }: ListedSandbox): string {
  return id || handle
}
