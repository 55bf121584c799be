import { randomUUID } from 'node:crypto'
import { HearthError } from '../errors.ts'
import { keys } from '../keys.ts'
import { itemFailure, loadScripts, type RunScript, type ScriptArgument } from '../lua.ts'
import { loadPayload, readPayload } from '../payloads/payload.ts'
import type { PayloadStore } from '../payloads/payload-store.ts'
import { askRedis, type Redis } from '../redis/redis.ts'
import type { Cause, Invocation } from './invocation.ts'
import { readPage } from './invocation-page.ts'
import { readRecord } from './invocation-record.ts'
import { queueFull } from './invocation-store.ts'
import {
  acceptBounds,
  completeLimits,
  type LimitOptions,
  limitArguments,
  type QueueLimits,
} from './queue-limits.ts'
import { type TurnQueue, turnToken } from './turn-queue.ts'

/** A dead letter with what it was called with. */
export interface DeadLetter {
  invocation: Invocation
  /** JSON text. */
  event: Buffer
}

/** What became of one dead letter that was to be taken up again. */
export type Redrive =
  | { id: string; outcome: 'redriven'; invocationId: string }
  /** It had succeeded, and is reported to its destination again. */
  | { id: string; outcome: 'reported' }

const PAGE = 100

/**
 * Dead letters: invocations that failed or grew too old, unless their function's destination for
 * failures has taken them; and those whose end could not be reported. Kept for 14 days.
 */
export class DeadLetterStore {
  readonly #redis: Redis
  readonly #turns: TurnQueue
  readonly #payloads: PayloadStore
  readonly #limits: QueueLimits
  readonly #run: RunScript

  constructor(options: {
    redis: Redis
    turns: TurnQueue
    payloads: PayloadStore
    limits?: LimitOptions
  }) {
    this.#redis = options.redis
    this.#payloads = options.payloads
    this.#turns = options.turns
    this.#limits = completeLimits(options.limits)
    this.#run = loadScripts(options.redis)
  }

  async count(functionName: string): Promise<number> {
    return await askRedis(() => this.#redis.zcard(keys.deadOf(functionName)))
  }

  /** Newest first, without events. */
  async list(
    functionName: string,
    page: { limit: number; cursor?: string },
  ): Promise<{ invocations: Invocation[]; cursor?: string }> {
    const request = { ...page, looks: page.limit, wanted: () => true }
    return await askRedis(() => readPage(this.#redis, keys.deadOf(functionName), request))
  }

  /** Throws DeadLetterNotFound. */
  async read(functionName: string, id: string): Promise<DeadLetter> {
    const [score, fields] = await askRedis(() =>
      Promise.all([
        this.#redis.zscore(keys.deadOf(functionName), id),
        this.#redis.hgetallBuffer(keys.invocation(id)),
      ]),
    )
    if (score === null || !fields.state) throw notFound(functionName, id)
    const { event, eventAt } = fields
    const payload = readPayload(event, eventAt && String(eventAt))
    return {
      invocation: readRecord(id, fields),
      event: await loadPayload(this.#payloads, payload),
    }
  }

  /** Throws DeadLetterNotFound, FunctionNotFound, QueueFull. */
  async redrive(functionName: string, id: string): Promise<Redrive> {
    const [taken] = await this.#redriveSome(functionName, [id])
    if (!taken) throw notFound(functionName, id)
    return taken
  }

  /**
   * Takes up all that are there now, oldest first; what fails meanwhile is not taken up again.
   * Throws FunctionNotFound; QueueFull where not even one could be taken up.
   */
  async redriveAll(functionName: string): Promise<{ redriven: number; left: number }> {
    let redriven = 0
    for (const ids = await this.#allOf(functionName); ids.length > 0; ) {
      try {
        redriven += (await this.#redriveSome(functionName, ids.splice(0, PAGE))).length
      } catch (error) {
        if (redriven > 0 && error instanceof HearthError && error.code === 'QueueFull') break
        throw error
      }
    }
    return { redriven, left: await this.count(functionName) }
  }

  /** Throws DeadLetterNotFound. */
  async purge(functionName: string, id: string): Promise<void> {
    if ((await this.#purgeSome(functionName, [id])) === 0) throw notFound(functionName, id)
  }

  /** Forgets all that are there now; returns how many. */
  async purgeAll(functionName: string): Promise<number> {
    let purged = 0
    for (const ids = await this.#allOf(functionName); ids.length > 0; ) {
      purged += await this.#purgeSome(functionName, ids.splice(0, PAGE))
    }
    return purged
  }

  async #allOf(functionName: string): Promise<string[]> {
    return await askRedis(() => this.#redis.zrange(keys.deadOf(functionName), '0', '-1'))
  }

  /** Those that are gone meanwhile are left out. Throws at the first that the queue does not take. */
  async #redriveSome(functionName: string, ids: string[]): Promise<Redrive[]> {
    const letters = ids.map((id) => ({ id, newId: randomUUID(), token: turnToken() }))
    const args: ScriptArgument[] = [
      ...acceptBounds(this.#limits),
      ...limitArguments(this.#limits),
      functionName,
    ]
    for (const { id, newId, token } of letters) {
      const cause: Cause = { kind: 'redrive', detail: id }
      args.push(id, newId, JSON.stringify(cause), token)
    }
    const replies = (await this.#run('redrive', args)) as Buffer[][]
    const taken: Redrive[] = []
    let refusal: Error | undefined
    for (const [index, { id, newId, token }] of letters.entries()) {
      const [outcome, detail = ''] = (replies[index] ?? []).map(String)
      if (outcome === 'redriven') {
        if (detail === '1') this.#turns.hint(functionName, { token })
        taken.push({ id, outcome, invocationId: newId })
      } else if (outcome === 'reported') taken.push({ id, outcome })
      else if (outcome === 'unknown') {
        refusal ??= new HearthError('FunctionNotFound', { name: functionName })
      } else if (outcome === 'full') refusal ??= queueFull(detail, functionName, this.#limits)
      else if (outcome === 'failed') refusal ??= itemFailure(detail)
    }
    if (refusal && taken.length === 0) throw refusal
    return taken
  }

  async #purgeSome(functionName: string, ids: string[]): Promise<number> {
    const args: ScriptArgument[] = [...limitArguments(this.#limits), functionName, ...ids]
    return (await this.#run('purge', args)) as number
  }
}

function notFound(name: string, id: string): HearthError {
  return new HearthError('DeadLetterNotFound', { name, id })
}
