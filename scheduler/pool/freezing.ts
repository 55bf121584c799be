import type { Logger } from '../../core/logs/logger.ts'
import type { Driver } from './driver.ts'
import type { EngineWatch } from './engine-watch.ts'
import type { Lanes } from './lanes.ts'
import type { Sandbox } from './sandbox.ts'

/** Being frozen at the same time: it is work for the host, and nobody waits for it. */
const FREEZES_MAX = 4
/** Failures are told together, so often at most. */
const LOG_MS = 60_000

export interface FreezingParts {
  driver: Driver
  lanes: Lanes
  engine: EngineWatch
  log: Logger
  /** A sandbox that was idle for so long is frozen; 0: none ever is. */
  freezeAfterMs: number
}

/** One that waits for an invocation, by `performance.now()`. */
export interface IdleSandbox {
  idleSince: number
  /** It runs, and nothing is under way that needs it to. */
  mayFreeze: boolean
  /** Since when it was idle as it could not be frozen: it is tried again when it has run something. */
  failedSince?: number | undefined
}

/** Which idle sandboxes are frozen now: those that are idle for longest. */
export function toFreeze<T extends IdleSandbox>(
  idle: readonly T[],
  { now, afterMs, count }: { now: number; afterMs: number; count: number },
): T[] {
  return idle
    .filter(
      ({ idleSince, mayFreeze, failedSince }) =>
        mayFreeze && now - idleSince >= afterMs && failedSince !== idleSince,
    )
    .sort((a, b) => a.idleSince - b.idleSince)
    .slice(0, Math.max(0, count))
}

/** Freezes what is idle, as Lambda does between invocations: a few at a time, never on an invocation's way. */
export class Freezing {
  readonly #parts: FreezingParts
  readonly #failedSince = new WeakMap<Sandbox, number>()
  #running = 0
  #failures = 0
  #toldAt = Number.NEGATIVE_INFINITY

  constructor(parts: FreezingParts) {
    this.#parts = parts
  }

  tick(): void {
    const { driver, engine, freezeAfterMs: afterMs } = this.#parts
    // What an engine that is away has been asked for would be known by nobody.
    if (afterMs === 0 || driver.freezing === 'off' || !engine.up) return
    const count = FREEZES_MAX - this.#running
    for (const { sandbox } of toFreeze(this.#idle(), { now: performance.now(), afterMs, count })) {
      void this.#freeze(sandbox)
    }
  }

  #idle() {
    return [...this.#parts.lanes.all()].flatMap(({ idle }) =>
      idle.map((sandbox) => {
        const { idleSince, mayFreeze } = sandbox
        return { sandbox, idleSince, mayFreeze, failedSince: this.#failedSince.get(sandbox) }
      }),
    )
  }

  async #freeze(sandbox: Sandbox): Promise<void> {
    this.#running += 1
    try {
      await sandbox.freeze()
    } catch (error) {
      this.#failedSince.set(sandbox, sandbox.idleSince)
      this.#tell(error as Error)
    } finally {
      this.#running -= 1
    }
  }

  #tell(error: Error): void {
    this.#failures += 1
    const now = performance.now()
    if (now - this.#toldAt < LOG_MS) return
    const { log } = this.#parts
    log.warn({ err: error, failures: this.#failures }, 'An idle sandbox could not be frozen')
    this.#toldAt = now
    this.#failures = 0
  }
}
