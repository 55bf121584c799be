import { randomUUID } from 'node:crypto'
import type { KeptBodies } from '../bodies/kept-bodies.ts'
import { HearthError } from '../errors.ts'
import { splitTarget } from '../functions/qualifier.ts'
import { keys } from '../keys.ts'
import { itemFailure, loadScripts, type RunScript, type ScriptArgument } from '../lua.ts'
import {
  dropPayload,
  isInline,
  keepPayload,
  loadPayload,
  type Payload,
  readPayload,
} from '../payloads/payload.ts'
import type { PayloadStore } from '../payloads/payload-store.ts'
import type { FunctionError } from '../protocol.ts'
import { askRedis, type Redis } from '../redis/redis.ts'
import { GroupCommit } from './group-commit.ts'
import type { Cause, Delivery, Invocation, InvocationState } from './invocation.ts'
import { type InvocationFilter, isWanted } from './invocation-filter.ts'
import { readPage } from './invocation-page.ts'
import { readRecord } from './invocation-record.ts'
import {
  acceptBounds,
  completeLimits,
  DEDUPE_MS,
  type LimitOptions,
  limitArguments,
  type QueueLimits,
} from './queue-limits.ts'
import { shownAsynchronous } from './shown-invocation.ts'
import { type TurnQueue, turnToken } from './turn-queue.ts'

export interface Acceptance {
  /** As a target: `name` or `name:qualifier`. */
  functionName: string
  /** JSON text; stored and handed over as these bytes. */
  event: Buffer
  cause: Cause
  /** Whether the function is looked for in the same step; else that it exists is the caller's check. */
  mustExist?: boolean
  /** UUID; made here when it is not given. */
  id?: string
  /** An invocation that this source has already made is not made again (24 h): its id is answered. */
  dedupeKey?: string
}

type NewRecord = Acceptance & { id: string; token: string; payload: Payload }

interface Accepted {
  outcome: 'accepted' | 'duplicate' | 'full' | 'unknown'
  /** The invocation's id; where it is full, which cap. */
  detail: string
  giveTurn: boolean
}

export interface InvocationPage {
  state?: InvocationState
  /** Only those whose end is to be reported to a destination, and how far that is. */
  delivery?: Delivery['state']
  limit: number
  cursor?: string
}

/** Stands where the id of the invocation would. */
const DISMISSED = 'dismissed'
/** How many records one listing looks at, at most, when it filters by state. */
const LOOKS_MAX = 1000
/** Where those with such a delivery are all found, and not many others. */
const INDEX_OF: Record<string, (functionName: string) => string> = {
  waiting: keys.outboxOf,
  dead: keys.deadOf,
}
const FAIL_PAGE = 500

/** Asynchronous invocations, as callers know them: made, looked up, listed, cancelled. */
export class InvocationStore {
  readonly #redis: Redis
  readonly #turns: TurnQueue
  readonly #payloads: PayloadStore
  readonly #limits: QueueLimits
  readonly #run: RunScript
  readonly #accepting: GroupCommit<NewRecord, Accepted>

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
    this.#accepting = new GroupCommit({
      commit: (records) => this.#acceptAll(records),
      bytesOf: ({ payload }) => (Buffer.isBuffer(payload) ? payload.length : 0),
    })
  }

  /**
   * Resolves when the event is on disk; from then on it ends in exactly one final state.
   * Throws QueueFull at a cap, FunctionNotFound if asked to look, RedisUnavailable; for a large event
   * PayloadsUnavailable, StorageUnavailable.
   */
  async accept(acceptance: Acceptance): Promise<{ id: string; duplicate: boolean }> {
    const { functionName, event, id = randomUUID() } = acceptance
    if (!isInline(event)) await this.#expectRoom(functionName, event.length)
    const payload = await keepPayload(this.#payloads, `${id}.event`, event)
    const record = { ...acceptance, id, payload, token: turnToken() }
    // Where Redis gave no answer it may have taken the event all the same: then nothing is dropped.
    const { outcome, detail, giveTurn } = await this.#accepting.add(record)
    if (outcome !== 'accepted') dropPayload(this.#payloads, payload)
    if (outcome === 'unknown') throw new HearthError('FunctionNotFound', { name: functionName })
    if (outcome === 'full') throw queueFull(detail, functionName, this.#limits)
    if (giveTurn) this.#turns.hint(functionName, { token: record.token })
    return { id: detail, duplicate: outcome === 'duplicate' }
  }

  /** Whether each of these sources has made an invocation, or was dismissed, within 24 h. */
  async known(dedupeKeys: readonly string[]): Promise<boolean[]> {
    if (dedupeKeys.length === 0) return []
    const found = await askRedis(() => this.#redis.mget(dedupeKeys.map(keys.dedupe)))
    return found.map((id) => id !== null)
  }

  /** Makes sure that this source makes no invocation (24 h), unless it has made one. */
  async dismiss(dedupeKey: string): Promise<void> {
    await askRedis(() => this.#redis.set(keys.dedupe(dedupeKey), DISMISSED, 'PX', DEDUPE_MS, 'NX'))
  }

  /** Undefined where it is not known, or not any more. */
  async find(id: string): Promise<Invocation | undefined> {
    const fields = await askRedis(() => this.#redis.hgetallBuffer(keys.invocation(id)))
    if (!fields.state) return undefined
    const { resultAt } = fields
    if (resultAt) {
      const result = await this.#loadResult(id, String(resultAt))
      if (!result) return undefined
      fields.result = result
    }
    return readRecord(id, fields)
  }

  /** Undefined where the record was forgotten meanwhile, and its result with it. */
  async #loadResult(id: string, reference: string): Promise<Buffer | undefined> {
    try {
      return await loadPayload(this.#payloads, { reference })
    } catch (error) {
      if ((await askRedis(() => this.#redis.exists(keys.invocation(id)))) === 0) return undefined
      throw error
    }
  }

  /** Throws InvocationNotFound. */
  async read(id: string): Promise<Invocation> {
    const found = await this.find(id)
    if (!found) throw new HearthError('InvocationNotFound', { id })
    return found
  }

  /**
   * Those of a target, newest first, without results. A page can be shorter than its limit, or empty,
   * and still have a cursor: a filter looks at a bounded number of records.
   */
  async list(
    target: string,
    page: InvocationPage,
  ): Promise<{ invocations: Invocation[]; cursor?: string }> {
    const { state, delivery, ...rest } = page
    const { functionName, qualifier } = splitTarget(target)
    const wanted = (invocation: Invocation) =>
      invocation.qualifier === qualifier &&
      (state === undefined || invocation.state === state) &&
      (delivery === undefined || invocation.delivery?.state === delivery)
    const index = INDEX_OF[delivery ?? 'any']?.(target) ?? keys.invocationsOf(functionName)
    return await askRedis(() => readPage(this.#redis, index, { ...rest, looks: LOOKS_MAX, wanted }))
  }

  /** The same over all targets of a function, or over all functions. */
  async search(
    filter: InvocationFilter,
    page: { limit: number; cursor?: string },
  ): Promise<{ invocations: Invocation[]; cursor?: string }> {
    if (filter.type === 'RequestResponse') return { invocations: [] }
    const { functionName, fromMs, toMs } = filter
    const index = functionName === undefined ? keys.invocations : keys.invocationsOf(functionName)
    const wanted = (one: Invocation) => isWanted(filter, shownAsynchronous(one))
    const request = { ...page, fromMs, toMs, looks: LOOKS_MAX, wanted }
    return await askRedis(() => readPage(this.#redis, index, request))
  }

  /**
   * What it was called with, JSON text, and the target: as it is until it has ended well, then what its
   * function wanted kept of it. Undefined where the invocation is not known; the event is, and `omitted`
   * may say why, where nothing is kept.
   */
  async readEvent(
    id: string,
  ): Promise<{ target: string; event?: Buffer; omitted?: string } | undefined> {
    const [target, event, reference, kept] = await askRedis(() =>
      this.#redis.hmgetBuffer(keys.invocation(id), 'fn', 'event', 'eventAt', 'kept'),
    )
    if (!target) return undefined
    if (!event && !reference) return { target: String(target), ...keptEvent(kept) }
    const payload = readPayload(event ?? undefined, reference ? String(reference) : undefined)
    return { target: String(target), event: await loadPayload(this.#payloads, payload) }
  }

  /** Takes back a queued invocation. Throws InvocationNotFound, InvocationNotCancellable. */
  async cancel(id: string): Promise<Invocation> {
    const state = String(await this.#run('cancel', [id, ...limitArguments(this.#limits)]))
    if (state === '') throw new HearthError('InvocationNotFound', { id })
    if (state !== 'queued') throw new HearthError('InvocationNotCancellable', { id, state })
    return this.read(id)
  }

  /**
   * Ends every waiting invocation of a function that is gone as failed; running ones end by
   * themselves. Returns how many.
   */
  async failAll(functionName: string, error: FunctionError): Promise<number> {
    const args = [functionName, FAIL_PAGE, JSON.stringify(error), ...limitArguments(this.#limits)]
    let failed = 0
    for (;;) {
      const [ended, popped] = (await this.#run('fail-waiting', args)) as [number, number]
      failed += ended
      if (popped < FAIL_PAGE) return failed
    }
  }

  /** Before a large event is put anywhere: that Redis answers, and has room for it. */
  async #expectRoom(functionName: string, bytes: number): Promise<void> {
    const stored = await askRedis(() => this.#redis.hget(keys.totals, 'openStored'))
    if (Number(stored ?? 0) + bytes > this.#limits.openStored) {
      throw queueFull('stored', functionName, this.#limits)
    }
  }

  async #acceptAll(records: NewRecord[]): Promise<(Accepted | Error)[]> {
    const args = [...acceptBounds(this.#limits), ...records.flatMap(acceptArguments)]
    const replies = (await this.#run('accept', args)) as (number | Buffer[])[]
    if (replies.length !== records.length) throw new Error('Redis answered for other events')
    return records.map(({ id }, index) => {
      const reply = replies[index] ?? []
      if (typeof reply === 'number')
        return { outcome: 'accepted', detail: id, giveTurn: reply === 1 }
      const [outcome, detail = ''] = reply.map(String)
      if (outcome === 'failed') return itemFailure(detail)
      return { outcome: outcome as Accepted['outcome'], detail, giveTurn: false }
    })
  }
}

function keptEvent(kept: Buffer | null | undefined): { event?: Buffer; omitted?: string } {
  const { event, eventOmitted } = JSON.parse(kept ? String(kept) : '{}') as KeptBodies
  if (event !== undefined) return { event: Buffer.from(event) }
  return eventOmitted === undefined ? {} : { omitted: eventOmitted }
}

/** One event's part of the arguments of core/lua/accept.lua. */
function acceptArguments(record: NewRecord): ScriptArgument[] {
  const { id, functionName, cause, payload, dedupeKey = '', token, mustExist } = record
  const isInline = Buffer.isBuffer(payload)
  return [
    id,
    functionName,
    JSON.stringify(cause),
    isInline ? payload : payload.reference,
    dedupeKey,
    token,
    mustExist ? '1' : '0',
    isInline ? '0' : '1',
  ]
}

/** `cap` is which one, as core/lua/accepting.lua names them. */
export function queueFull(cap: string, functionName: string, limits: QueueLimits): HearthError {
  const details = {
    function: { what: `function "${functionName}"`, limit: limits.waitingPerFunction },
    events: { what: 'the platform', limit: limits.open },
    bytes: { what: 'the platform', limit: `${limits.openBytes} bytes of` },
    stored: { what: 'the platform', limit: `${limits.openStored} bytes of large` },
  }[cap]
  return new HearthError('QueueFull', details, { retryAfterSeconds: 5 })
}
