import { keys } from '../keys.ts'
import {
  itemFailure,
  loadScripts,
  type RunScript,
  type ScriptArgument,
  type ScriptReply,
} from '../lua.ts'
import { keepPayload, type Payload, readPayload } from '../payloads/payload.ts'
import type { PayloadStore } from '../payloads/payload-store.ts'
import { type Redis, redisFailure } from '../redis/redis.ts'
import type {
  Backlog,
  Claim,
  ClaimedBatch,
  Completed,
  Completion,
  FreshClaim,
  StandingClaim,
  TurnToGive,
} from './claim.ts'
import { GroupCommit } from './group-commit.ts'
import type { Attempt, Cause } from './invocation.ts'
import { attemptLineEnd, type Owner, ownerNode, ownerText } from './invocation-record.ts'
import {
  completeLimits,
  type LimitOptions,
  limitArguments,
  type QueueLimits,
} from './queue-limits.ts'
import { TURN_WAITS_MS, turnToken } from './turn-queue.ts'

/** Without renewal a claim is anybody's after so long. */
export const LEASE_MS = 30_000
/** A held turn whose holder is silent for so long is given anew. */
export const TURN_HELD_MS = 5000

interface EndingClaim {
  claim: Claim
  completion: Completion
  /** As JSON, or ''. */
  error: string
}

const NOTHING = Buffer.alloc(0)
const BACKLOG_PAGE = 200
const OUTCOME_COUNTER = {
  succeeded: '',
  refused: '',
  functionError: 'errors',
  platformFault: 'faults',
  throttled: 'faults',
  lost: 'faults',
} as const satisfies Record<NonNullable<Attempt['outcome']>, string>

/** Asynchronous invocations, as schedulers know them: claimed, renewed, completed, swept. */
export class ClaimStore {
  readonly #owner: Owner
  readonly #limits: QueueLimits
  readonly #redis: Redis
  readonly #payloads: PayloadStore
  readonly #run: RunScript
  readonly #ends: GroupCommit<EndingClaim, Completed>

  constructor(options: {
    redis: Redis
    owner: Owner
    payloads: PayloadStore
    limits?: LimitOptions
  }) {
    this.#payloads = options.payloads
    this.#owner = options.owner
    this.#limits = completeLimits(options.limits)
    this.#redis = options.redis
    this.#run = loadScripts(options.redis)
    this.#ends = new GroupCommit({
      commit: (ends) => this.#completeAll(ends),
      bytesOf: ({ completion: { result }, error }) =>
        error.length + (Buffer.isBuffer(result) ? result.length : 0),
    })
  }

  /**
   * Claims up to `n` waiting invocations, oldest first, for the holder of the function's turn.
   * Undefined when the turn is not the caller's (any more).
   */
  async claim(
    turn: { functionName: string; token: string },
    n: number,
  ): Promise<ClaimedBatch | undefined> {
    const { functionName, token } = turn
    const reply = (await this.#run('claim', [
      functionName,
      n,
      ownerText(this.#owner),
      LEASE_MS,
      token,
      TURN_HELD_MS,
      ...limitArguments(this.#limits),
    ])) as [Buffer, number, number, ScriptReply[][]]
    if (String(reply[0]) === 'stale') return undefined
    const [, left, wake, claims] = reply
    const batch: ClaimedBatch = {
      claims: claims.map((fields) => this.#readClaim(functionName, fields)),
      left: left > 0,
    }
    if (wake >= 0) batch.give = { functionName, delayMs: wake }
    return batch
  }

  /** Renews the leases of running claims; returns the ids of those that are lost. */
  async renew(claims: Iterable<Claim>): Promise<string[]> {
    const pairs = Array.from(claims, ({ id, fence }) => [id, fence]).flat()
    if (pairs.length === 0) return []
    const lost = (await this.#run('renew', [LEASE_MS, ...pairs])) as Buffer[]
    return lost.map(String)
  }

  /**
   * Puts a large result where it can be named. Under the claim's own name, so that a repeat is the
   * same; one whose claim is lost is found by the sweep. Throws PayloadsUnavailable, StorageUnavailable.
   */
  async keepResult(claim: Claim, result: Buffer): Promise<Payload> {
    return await keepPayload(this.#payloads, `${claim.id}.${claim.fence}.result`, result)
  }

  /** Ends an attempt; those that end at about the same time share a round trip. */
  complete(claim: Claim, completion: Completion): Promise<Completed> {
    const error = completion.error === undefined ? '' : JSON.stringify(completion.error)
    return this.#ends.add({ claim, completion, error })
  }

  /**
   * Takes the turn from where the caller saw it, to have it given. Undefined when somebody else
   * was faster.
   */
  async takeTurn(functionName: string, seen: string): Promise<TurnToGive | undefined> {
    const token = turnToken()
    const taken = await this.#run('give-turn', [functionName, seen, token, TURN_WAITS_MS])
    return taken === 1 ? { functionName, token } : undefined
  }

  /** Puts a turn that waits, delayed perhaps, at the end of the queue now: there may be room for it. */
  async hurryTurn(functionName: string): Promise<TurnToGive | undefined> {
    const flag = await this.#redis.get(keys.turn(functionName)).catch((cause: unknown) => {
      throw redisFailure(cause)
    })
    return flag?.startsWith('w:') ? await this.takeTurn(functionName, flag) : undefined
  }

  /** Makes a held turn one that waits again, behind all others. */
  handBack(turn: { functionName: string; token: string }): Promise<TurnToGive | undefined> {
    return this.takeTurn(turn.functionName, `h:${ownerText(this.#owner)}|${turn.token}`)
  }

  /** Lets a turn that waits in the queue wait longer. */
  async keepTurn(functionName: string, seen: string): Promise<void> {
    const token = seen.slice('w:'.length)
    await this.#run('give-turn', [functionName, seen, token, TURN_WAITS_MS])
  }

  /** One page of the functions with something to claim now. Start and end cursor: '0'. */
  async backlogs(cursor: string): Promise<{ cursor: string; backlogs: Backlog[] }> {
    const [next, page] = (await this.#run('backlog-page', [cursor, BACKLOG_PAGE])) as [
      Buffer,
      [Buffer, Buffer, number][],
    ]
    const backlogs = page.map(([name, turn, turnLeftMs]) => ({
      functionName: String(name),
      turn: String(turn),
      turnLeftMs,
    }))
    return { cursor: String(next), backlogs }
  }

  /** One page of standing claims, those first whose leases end first. */
  async standing(page: {
    offset: number
    limit: number
  }): Promise<{ looked: number; claims: StandingClaim[] }> {
    const [looked, rows] = (await this.#run('claims-page', [page.offset, page.limit])) as [
      number,
      ScriptReply[][],
    ]
    return { looked, claims: rows.map(readStanding) }
  }

  /** Ends waiting events that are too old, and forgets old records. Returns how many were looked at. */
  async expirePage(limit: number): Promise<number> {
    return (await this.#run('expire-page', [limit, ...limitArguments(this.#limits)])) as number
  }

  async #completeAll(ends: EndingClaim[]): Promise<(Completed | Error)[]> {
    const given = ends.map((end) => ({ ...end, token: turnToken() }))
    const replies = (await this.#run('complete', [
      TURN_WAITS_MS,
      ...limitArguments(this.#limits),
      ...given.flatMap(completionArguments),
    ])) as [Buffer, Buffer, number][]
    return given.map(({ claim: { functionName }, token }, index) => {
      const [word, turn, delayMs] = replies[index] ?? []
      if (String(word) === 'failed') return itemFailure(String(turn))
      if (String(word) === 'handed') return { refused: false, handedOver: true }
      if (String(word) !== 'done') return { refused: true }
      if (String(turn) === '1') return { refused: false, give: { functionName, token } }
      if (delayMs !== undefined && delayMs >= 0) {
        return { refused: false, give: { functionName, delayMs } }
      }
      return { refused: false }
    })
  }

  #readClaim(functionName: string, fields: ScriptReply[]): FreshClaim {
    const [id, fence, age, errors, faults, cause, event, eventAt] = fields
    return {
      id: String(id),
      functionName,
      fence: Number(fence),
      nodeId: this.#owner.nodeId,
      ageMs: Number(age),
      functionErrors: Number(errors),
      platformFaults: Number(faults),
      cause: JSON.parse(String(cause)) as Cause,
      event: readPayload(event as Buffer, String(eventAt)),
    }
  }
}

/** One attempt's part of the arguments of core/lua/complete.lua. */
function completionArguments(end: EndingClaim & { token: string }): ScriptArgument[] {
  const { claim, completion, error, token } = end
  const { result = NOTHING } = completion
  const isInline = Buffer.isBuffer(result)
  const { outcome, next } = completion
  return [
    claim.id,
    claim.fence,
    completion.ifLapsed ? '1' : '0',
    next.state,
    next.state === 'queued' ? Math.ceil(next.delayMs) : 0,
    attemptLineEnd({
      outcome,
      node: claim.nodeId,
      errorType: completion.error?.errorType,
      timings: completion.timings,
      maxMemoryMb: completion.maxMemoryMb,
    }),
    OUTCOME_COUNTER[outcome],
    isInline ? result : result.reference,
    error,
    completion.executedVersion ?? '',
    token,
    isInline ? '0' : '1',
    completion.kept ? JSON.stringify(completion.kept) : '',
  ]
}

function readStanding(fields: ScriptReply[]): StandingClaim {
  const [id = '', functionName = '', fence, runs, owner = '', age, errors, faults, lapsed] =
    fields.map(String)
  return {
    id,
    functionName,
    fence: Number(fence),
    nodeId: ownerNode(owner),
    bootId: owner.slice(owner.lastIndexOf('/') + 1),
    runsMs: Number(runs),
    ageMs: Number(age),
    functionErrors: Number(errors),
    platformFaults: Number(faults),
    lapsed: lapsed === '1',
  }
}
