import { setTimeout as sleep } from 'node:timers/promises'
import type { KeptBodies } from '../../core/bodies/kept-bodies.ts'
import { heldPayload, keptBodies } from '../../core/bodies/kept-bodies.ts'
import { HearthError } from '../../core/errors.ts'
import type { RecordConfiguration } from '../../core/functions/function.ts'
import { splitTarget } from '../../core/functions/qualifier.ts'
import type { Completion, FreshClaim } from '../../core/invocations/claim.ts'
import { type ClaimStore, LEASE_MS } from '../../core/invocations/claim-store.ts'
import { decideRetry, type RetryPolicy } from '../../core/invocations/retry.ts'
import type { TurnQueue } from '../../core/invocations/turn-queue.ts'
import type { InvokeAnswer, InvokeRequest } from '../../core/links/invoke-link.ts'
import type { Logger } from '../../core/logs/logger.ts'
import { isInline, loadPayload, type Payload } from '../../core/payloads/payload.ts'
import type { PayloadStore } from '../../core/payloads/payload-store.ts'
import { pause } from '../pause.ts'
import { type AttemptEnd, endOfAnswer, endOfError } from './attempt-end.ts'

export interface RunningClaimsParts {
  claims: ClaimStore
  turns: TurnQueue
  payloads: PayloadStore
  /** How a function's invocations are tried again. */
  policy(functionName: string): RetryPolicy
  /** What a version of a function wants kept of its invocations. */
  record?(functionName: string, version?: string): RecordConfiguration | undefined
  invoke(request: InvokeRequest): Promise<InvokeAnswer>
  /** Called when an invocation has ended that is to be reported: it waits in the outbox. */
  handedOver(): void
  log: Logger
}

interface Running {
  claim: FreshClaim
  /** By the monotonic clock. */
  sinceMs: number
  settled: Promise<void>
}

const RENEW_MS = LEASE_MS / 3
/** The longest timeout of a function, and room for its sandbox: what runs longer is given up. */
const ATTEMPT_MS_MAX = (900 + 120) * 1000
/** A result that Redis does not take is offered again so long; then the claim is left to lapse. */
const COMPLETE_MS_MAX = 5 * 60_000
const COMPLETE_AGAIN_MS = 250

/** The claims that this scheduler runs: each is invoked, kept alive, and completed. */
export class RunningClaims {
  readonly #parts: RunningClaimsParts
  readonly #running = new Map<string, Running>()
  readonly #renewal: NodeJS.Timeout
  readonly #listeners = new Set<() => void>()
  /** Nobody waits for what runs any more: this scheduler ends. */
  readonly #left = new AbortController()
  #loading = 0

  constructor(parts: RunningClaimsParts) {
    this.#parts = parts
    this.#renewal = setInterval(() => this.#renew(), RENEW_MS)
  }

  /** Claims whose events are on their way here: no pool counts them yet. */
  get loading(): number {
    return this.#loading
  }

  get size(): number {
    return this.#running.size
  }

  /** Whether this scheduler runs the claim with this fence. */
  has(id: string, fence: number): boolean {
    return this.#running.get(id)?.claim.fence === fence
  }

  runsAny(functionName: string): boolean {
    for (const { claim } of this.#running.values()) {
      if (claim.functionName === functionName) return true
    }
    return false
  }

  /** Invokes before it returns, so that the pool counts it; never rejects. */
  start(claim: FreshClaim): void {
    const running: Running = {
      claim,
      sinceMs: performance.now(),
      settled: this.#run(claim).finally(() => {
        // The same invocation may run here again already, under a newer fence.
        if (this.#running.get(claim.id) === running) this.#running.delete(claim.id)
      }),
    }
    this.#running.set(claim.id, running)
  }

  /** Calls back whenever an invocation has been answered. */
  onAnswered(listener: () => void): void {
    this.#listeners.add(listener)
  }

  /**
   * Resolves when no claim runs any more, or after `ms`. A result that Redis has not taken by then is
   * offered once more, and then left: the claim lapses.
   */
  async settle(ms: number): Promise<void> {
    const all = Promise.all(Array.from(this.#running.values(), ({ settled }) => settled))
    const enough = new AbortController()
    await Promise.race([all, sleep(ms, undefined, { signal: enough.signal })])
    enough.abort()
    this.#left.abort()
    clearInterval(this.#renewal)
  }

  async #run(claim: FreshClaim): Promise<void> {
    const started = performance.now()
    const end = await this.#attempt(claim)
    for (const listener of this.#listeners) listener()
    const next = decideRetry(
      {
        outcome: end.outcome,
        functionErrors: claim.functionErrors,
        platformFaults: claim.platformFaults,
        ageMs: claim.ageMs + (performance.now() - started),
      },
      this.#parts.policy(claim.functionName),
    )
    await this.#complete(claim, end, next)
  }

  async #attempt(claim: FreshClaim): Promise<AttemptEnd> {
    const { id, functionName: target, cause } = claim
    const { depth = 0, traceparent } = cause
    const traced = traceparent === undefined ? undefined : { traceparent }
    try {
      // Without an await where it is at hand: the pool must count it at once.
      const event = Buffer.isBuffer(claim.event) ? claim.event : await this.#load(claim.event)
      return endOfAnswer(
        await this.#parts.invoke({
          id,
          ...splitTarget(target),
          event,
          depth,
          patient: true,
          ...traced,
        }),
      )
    } catch (error) {
      return endOfError(error)
    }
  }

  async #load(event: Payload): Promise<Buffer> {
    this.#loading += 1
    try {
      return await loadPayload(this.#parts.payloads, event)
    } finally {
      this.#loading -= 1
    }
  }

  /** Redis, or the place of large results, may be away just now; the result is offered until it takes it. */
  async #complete(claim: FreshClaim, end: AttemptEnd, next: Completion['next']): Promise<void> {
    const { id, functionName } = claim
    const started = performance.now()
    const { result: bytes, ...rest } = end
    const kept = next.state === 'queued' ? undefined : this.#keptEvent(claim, end)
    let result: Payload | undefined
    for (;;) {
      try {
        if (bytes) result ??= await this.#keep(claim, bytes)
        const completion = { ...rest, next, ...(result && { result }), ...(kept && { kept }) }
        const { refused, give, handedOver } = await this.#parts.claims.complete(claim, completion)
        if (handedOver) this.#parts.handedOver()
        if (refused) this.#parts.log.warn({ id, functionName }, 'Late result was refused')
        if (give) this.#parts.turns.hint(give.functionName, give)
        return
      } catch (error) {
        const isAway = error instanceof HearthError && error.blame === 'platform'
        const isOver = this.#left.signal.aborted || performance.now() - started > COMPLETE_MS_MAX
        if (!isAway || isOver) {
          this.#parts.log.error({ id, functionName, error }, 'Result could not be recorded')
          return
        }
        await pause(COMPLETE_AGAIN_MS, this.#left.signal)
      }
    }
  }

  #keptEvent({ functionName, event }: FreshClaim, end: AttemptEnd): KeptBodies | undefined {
    const name = splitTarget(functionName).functionName
    const record = this.#parts.record?.(name, end.executedVersion)
    return record?.bodies ? keptBodies({ event: heldPayload(event) }, record) : undefined
  }

  /** Without an await where nothing is to be put: most results are small. */
  #keep(claim: FreshClaim, bytes: Buffer): Payload | Promise<Payload> {
    return isInline(bytes) ? bytes : this.#parts.claims.keepResult(claim, bytes)
  }

  #renew(): void {
    const now = performance.now()
    const alive = Array.from(this.#running.values())
      .filter(({ sinceMs }) => now - sinceMs < ATTEMPT_MS_MAX)
      .map(({ claim }) => claim)
    // A renewal that fails is repeated by the next; a lease outlives two of them.
    this.#parts.claims.renew(alive).catch((error: unknown) => {
      this.#parts.log.warn({ error }, 'Leases could not be renewed')
    })
  }
}
