import { HearthError } from '../core/errors.ts'
import type { EngineCallTally } from '../core/links/invoke-link.ts'
import { DeadlineExceeded, withDeadline } from './deadline.ts'
import { Slots } from './slots.ts'

interface CallKind {
  deadlineMs: number
  /**
   * heavy: makes or ends containers; more at once only make each slower. light: asks or sets
   * something. probe: whether the engine answers, which must not wait behind what does not. passive:
   * waits for something to happen.
   */
  load: 'heavy' | 'light' | 'probe' | 'passive'
  /**
   * Whether doing it twice is doing it once. Such a call is repeated where its connection broke,
   * as it does when the engine is started again; the others may have been done.
   */
  repeatable: boolean
}

const KINDS = {
  ping: { deadlineMs: 1200, load: 'probe', repeatable: true },
  version: { deadlineMs: 3000, load: 'probe', repeatable: true },
  list: { deadlineMs: 4000, load: 'light', repeatable: true },
  inspect: { deadlineMs: 4000, load: 'light', repeatable: true },
  update: { deadlineMs: 5000, load: 'light', repeatable: true },
  freeze: { deadlineMs: 3000, load: 'light', repeatable: false },
  create: { deadlineMs: 10_000, load: 'heavy', repeatable: false },
  start: { deadlineMs: 15_000, load: 'heavy', repeatable: true },
  remove: { deadlineMs: 20_000, load: 'heavy', repeatable: true },
  wait: { deadlineMs: 5000, load: 'passive', repeatable: true },
} as const satisfies Record<string, CallKind>

type EngineCall = keyof typeof KINDS

/** At once; what waits for longer than a slow engine needs for all before it is refused. */
const AT_ONCE = { heavy: 4, light: 16, probe: 8, passive: 500 }
const WAITING_MAX = 4000
const WAIT_MS_MAX = 30_000

const BROKEN: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE'])

/**
 * Every call to the container engine goes through here: each has a deadline, a bound of how many are
 * under way, what may be repeated, and is counted. What the engine refuses rejects with
 * SandboxFailed; an engine that does not answer, with EngineUnavailable.
 */
export class EngineCalls {
  readonly #slots = {
    heavy: new Slots(AT_ONCE.heavy, WAITING_MAX, WAIT_MS_MAX),
    light: new Slots(AT_ONCE.light, WAITING_MAX, WAIT_MS_MAX),
    probe: new Slots(AT_ONCE.probe, WAITING_MAX, KINDS.ping.deadlineMs),
    passive: new Slots(AT_ONCE.passive, WAITING_MAX, WAIT_MS_MAX),
  }
  readonly #tallies = new Map<EngineCall, EngineCallTally>()

  /** `deadlineMs` where it is not the usual one of such calls. */
  async run<T>(
    kind: EngineCall,
    work: (signal: AbortSignal) => Promise<T>,
    deadlineMs: number = KINDS[kind].deadlineMs,
  ): Promise<T> {
    const { load } = KINDS[kind]
    return this.#slots[load].run(() =>
      this.#counted(kind, () =>
        withDeadline(deadlineMs, `Engine call "${kind}"`, (signal) =>
          this.#repeated(kind, signal, work),
        ),
      ),
    )
  }

  /** Of the kinds that were called, since the start. */
  tallies(): Record<string, EngineCallTally> {
    return Object.fromEntries(
      Array.from(this.#tallies, ([kind, tally]) => [
        kind,
        { ...tally, totalMs: Math.round(tally.totalMs), maxMs: Math.round(tally.maxMs) },
      ]),
    )
  }

  async #repeated<T>(
    kind: EngineCall,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    try {
      return await work(signal)
    } catch (error) {
      const isBroken = BROKEN.has((error as NodeJS.ErrnoException | null)?.code)
      if (!isBroken || signal.aborted || !KINDS[kind].repeatable) throw error
      this.#tallyOf(kind).repeated += 1
      return await work(signal)
    }
  }

  async #counted<T>(kind: EngineCall, call: () => Promise<T>): Promise<T> {
    const tally = this.#tallyOf(kind)
    const startedAt = performance.now()
    tally.calls += 1
    tally.running += 1
    try {
      return await call()
    } catch (cause) {
      if (cause instanceof HearthError) throw cause
      if (statusOf(cause) === undefined) {
        tally.unanswered += 1
        if (cause instanceof DeadlineExceeded) tally.late += 1
        throw new HearthError('EngineUnavailable', {}, { cause })
      }
      tally.refused += 1
      const reason = `the engine answered "${(cause as Error).message}"`
      throw new HearthError('SandboxFailed', { reason }, { cause })
    } finally {
      const ms = performance.now() - startedAt
      tally.running -= 1
      tally.totalMs += ms
      tally.maxMs = Math.max(tally.maxMs, ms)
    }
  }

  #tallyOf(kind: EngineCall): EngineCallTally {
    const known = this.#tallies.get(kind)
    if (known) return known
    const fresh = {
      calls: 0,
      running: 0,
      refused: 0,
      unanswered: 0,
      late: 0,
      repeated: 0,
      totalMs: 0,
      maxMs: 0,
    }
    this.#tallies.set(kind, fresh)
    return fresh
  }
}

/** Whether the engine answered a call with just this status. */
export function isAnswered(error: unknown, status: number): boolean {
  return error instanceof HearthError && statusOf(error.cause) === status
}

function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | null)?.statusCode
  return typeof status === 'number' ? status : undefined
}
