import type { Backlog, StandingClaim } from '../../core/invocations/claim.ts'
import type { ClaimStore } from '../../core/invocations/claim-store.ts'
import { type Owner, ownerText } from '../../core/invocations/invocation-record.ts'
import { decideRetry, type RetryPolicy } from '../../core/invocations/retry.ts'
import { TURN_WAITS_MS, type TurnQueue } from '../../core/invocations/turn-queue.ts'
import type { Logger } from '../../core/logs/logger.ts'
import type { PayloadSweep } from '../../core/payloads/payload-sweep.ts'
import { pause } from '../pause.ts'
import type { RunningClaims } from './running-claims.ts'

export interface SweepParts {
  claims: ClaimStore
  turns: TurnQueue
  running: RunningClaims
  payloads: Pick<PayloadSweep, 'sweep'>
  owner: Owner
  /** How a function's invocations are tried again. */
  policy(functionName: string): RetryPolicy
  log: Logger
}

const SWEEP_MS = 5000
const AFTER_FAULT_MS = 500
const PAGE = 200
/** Pages of each kind in one sweep: the same bound in good times and bad. */
const PAGES_MAX = 20
/** A turn in the queue is given at most this long after its flag was set. */
const GIVEN_WITHIN_MS = 3000
/** The answer to a claim may be on its way to us for so long. */
const CLAIM_ANSWER_MS = 5000

/**
 * Finds what nobody has: claims without a live owner, waiting events without a turn, events that
 * are too old, records kept long enough, payloads of no record. At once when it starts, then every 5 s.
 */
export class Sweep {
  readonly #parts: SweepParts
  readonly #closing = new AbortController()
  readonly #loop: Promise<void>
  /** Where in the backlogs the next sweep goes on. */
  #cursor = '0'

  constructor(parts: SweepParts) {
    this.#parts = parts
    this.#loop = this.#run()
  }

  /** Resolves when the sweep in progress is over. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#loop
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      let restMs = SWEEP_MS
      try {
        await this.#sweep()
      } catch (error) {
        restMs = AFTER_FAULT_MS
        this.#parts.log.warn({ error }, 'Sweep failed and is repeated')
      }
      await pause(restMs, this.#closing.signal)
    }
  }

  async #sweep(): Promise<void> {
    await this.#takeBackClaims()
    await this.#giveTurns()
    for (let page = 0; page < PAGES_MAX; page++) {
      if ((await this.#parts.claims.expirePage(PAGE)) < PAGE) break
    }
    await this.#parts.payloads.sweep()
  }

  async #takeBackClaims(): Promise<void> {
    let offset = 0
    for (let page = 0; page < PAGES_MAX; page++) {
      const { looked, claims } = await this.#parts.claims.standing({ offset, limit: PAGE })
      const lost = claims.filter((claim) => this.#isLost(claim))
      await Promise.all(lost.map((claim) => this.#takeBack(claim)))
      if (looked < PAGE) return
      // What was taken back is no longer in the list.
      offset += claims.length - lost.length
    }
  }

  /** A lease that ran out; or a claim of this node that this process does not run. */
  #isLost(claim: StandingClaim): boolean {
    const { owner, running } = this.#parts
    if (claim.lapsed) return true
    if (claim.nodeId !== owner.nodeId) return false
    if (claim.bootId !== owner.bootId) return true
    return !running.has(claim.id, claim.fence) && claim.runsMs > CLAIM_ANSWER_MS
  }

  async #takeBack(claim: StandingClaim): Promise<void> {
    const { claims, turns, policy, log } = this.#parts
    const next = decideRetry({ ...claim, outcome: 'lost' }, policy(claim.functionName))
    const { refused, give } = await claims.complete(claim, {
      outcome: 'lost',
      next,
      error: {
        errorType: 'SchedulerLost',
        errorMessage: `Scheduler "${claim.nodeId}" was lost while it ran this event`,
      },
      ifLapsed: claim.lapsed,
    })
    if (refused) return
    log.info({ id: claim.id, functionName: claim.functionName }, 'Lost claim was taken back')
    if (give) turns.hint(give.functionName, give)
  }

  async #giveTurns(): Promise<void> {
    for (let page = 0; page < PAGES_MAX; page++) {
      const found = await this.#parts.claims.backlogs(this.#cursor)
      await Promise.all(found.backlogs.map((backlog) => this.#giveTurn(backlog)))
      this.#cursor = found.cursor
      if (this.#cursor === '0') return
    }
  }

  async #giveTurn(backlog: Backlog): Promise<void> {
    const { claims, turns } = this.#parts
    if (await this.#hasTurn(backlog)) return
    const give = await claims.takeTurn(backlog.functionName, backlog.turn)
    if (give) await turns.give(give.functionName, give)
  }

  async #hasTurn({ functionName, turn, turnLeftMs }: Backlog): Promise<boolean> {
    const { claims, turns, owner } = this.#parts
    if (turn === '') return false
    if (turn.startsWith('h:')) {
      const ofThisNode = turn.startsWith(`h:${owner.nodeId}/`)
      return !ofThisNode || turn.startsWith(`h:${ownerText(owner)}|`)
    }
    if (turnLeftMs > TURN_WAITS_MS - GIVEN_WITHIN_MS) return true
    if (!(await turns.waits(turn.slice('w:'.length)))) return false
    await claims.keepTurn(functionName, turn)
    return true
  }
}
