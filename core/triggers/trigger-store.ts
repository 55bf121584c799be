import { randomUUID } from 'node:crypto'
import { HearthError } from '../errors.ts'
import type { TurnQueue } from '../invocations/turn-queue.ts'
import { keys } from '../keys.ts'
import { askRedis, type Redis } from '../redis/redis.ts'
import { type Storage, storeOf } from '../storage/object-store.ts'
import { BucketTriggers } from './bucket-triggers.ts'
import { compilePattern } from './event-pattern.ts'
import { type EventForms, EventMatching } from './event-triggers.ts'
import { ParkedEvents } from './parked-events.ts'
import { parseSchedule } from './schedule-expression.ts'
import {
  bucketsOf,
  byAge,
  EVENT_TRIGGERS_MAX,
  type EventTrigger,
  type ObjectTrigger,
  type OwnFields,
  TRIGGERS_PER_FUNCTION_MAX,
  type Trigger,
  type TriggerInput,
} from './trigger.ts'

/** Why triggers that are stored are not in force, by their ids. */
export type TriggerFailures = Map<string, HearthError>

/** What a trigger can wait for; anything else ends what was begun. */
const LASTING: ReadonlySet<string> = new Set([
  'BucketNotFound',
  'InvalidSchedule',
  'StorageOff',
  'StorageUnavailable',
  'WebhookMissing',
])

/** Triggers: in Redis, in the queue's schedules, and in the notifications of buckets. */
export class TriggerStore {
  /** What was reported to the triggers of buckets and is no event. */
  readonly parked: ParkedEvents
  readonly #redis: Redis
  readonly #turns: TurnQueue
  readonly #storage: Storage
  readonly #buckets: BucketTriggers
  readonly #matching = new EventMatching()

  constructor(options: { redis: Redis; turns: TurnQueue; storage: Storage }) {
    this.#redis = options.redis
    this.parked = new ParkedEvents(options.redis)
    this.#turns = options.turns
    this.#storage = options.storage
    this.#buckets = new BucketTriggers(options)
  }

  /**
   * Resolves when the trigger is in force. Throws InvalidSchedule, InvalidEventPattern,
   * BucketNotFound, WebhookMissing, StorageOff; then nothing of it is left. That the function
   * exists is the caller's check. `own` is what a rule or schedule of AWS's gives a trigger of its.
   */
  async add(functionName: string, input: TriggerInput, own?: OwnFields): Promise<Trigger> {
    const trigger = completed(functionName, input, own)
    await this.#requireRoom(trigger)
    if (trigger.type === 'schedule') parseSchedule(trigger.schedule, trigger.timezone)
    if (trigger.type === 'event') compilePattern(trigger.pattern)
    if (trigger.type === 'object') await storeOf(this.#storage).requireBucket(trigger.bucket)
    await this.#write(trigger)
    try {
      if (trigger.type === 'schedule')
        await this.#turns.putSchedule({ triggerId: trigger.id, ...trigger })
      if (trigger.type === 'object') await this.#buckets.settle(trigger.bucket)
    } catch (error) {
      // If Redis is away as well, the trigger stays, listed, and can be removed by its id.
      await this.#dissolve(trigger).catch(() => undefined)
      throw error
    }
    return trigger
  }

  /** Oldest first. */
  async list(functionName: string): Promise<Trigger[]> {
    const texts = await askRedis(() => this.#redis.hvals(keys.triggersOf(functionName)))
    return parseAll<Trigger>(texts).sort(byAge)
  }

  async has(functionName: string, id: string): Promise<boolean> {
    return (await this.find(functionName, id)) !== undefined
  }

  async find(functionName: string, id: string): Promise<Trigger | undefined> {
    const text = await askRedis(() => this.#redis.hget(keys.triggersOf(functionName), id))
    return text === null ? undefined : JSON.parse(text)
  }

  /** Throws TriggerNotFound. */
  async remove(functionName: string, id: string): Promise<void> {
    const trigger = await this.find(functionName, id)
    if (!trigger) throw new HearthError('TriggerNotFound', { id, name: functionName })
    await this.#dissolve(trigger)
  }

  async removeAll(functionName: string): Promise<void> {
    for (const trigger of await this.list(functionName)) await this.#dissolve(trigger)
  }

  async objectTriggers(bucket: string): Promise<ObjectTrigger[]> {
    return await this.#buckets.triggersOf(bucket)
  }

  /**
   * Puts these in the place of all object triggers of a bucket, in one step, and gives back those
   * that were there. Resolves when they are in force. Throws InvalidRequest, BucketNotFound,
   * WebhookMissing, StorageOff, StorageUnavailable; then those that were there are there again.
   */
  async replaceObjectTriggers(
    bucket: string,
    triggers: readonly ObjectTrigger[],
  ): Promise<ObjectTrigger[]> {
    await this.#requireRoomFor(bucket, triggers)
    const before = await this.#buckets.exchange(bucket, triggers)
    try {
      await this.#buckets.settle(bucket)
    } catch (error) {
      await this.#buckets.exchange(bucket, before)
      throw error
    }
    return before
  }

  async #requireRoomFor(bucket: string, triggers: readonly ObjectTrigger[]): Promise<void> {
    const wanted = Map.groupBy(triggers, ({ functionName }) => functionName)
    for (const [functionName, own] of wanted) {
      const others = (await this.list(functionName)).filter(
        (one) => !(one.type === 'object' && one.bucket === bucket),
      )
      if (others.length + own.length > TRIGGERS_PER_FUNCTION_MAX) {
        throw invalid(
          `function "${functionName}" would have ${others.length + own.length} triggers; the limit is ${TRIGGERS_PER_FUNCTION_MAX}`,
        )
      }
    }
  }

  /** Buckets that have object triggers, or had some a moment ago. */
  async notifiedBuckets(): Promise<string[]> {
    return askRedis(() => this.#redis.smembers(keys.notifiedBuckets))
  }

  async matchingEvent(forms: EventForms): Promise<EventTrigger[]> {
    const texts = await askRedis(() => this.#redis.hvals(keys.eventTriggers))
    return this.#matching.matching(parseAll<EventTrigger>(texts), forms)
  }

  /**
   * Brings triggers into force that a restore has written, and ends those that it has replaced. May
   * be repeated. Gives back why those are not in force that can come into it later, by their ids:
   * a bucket is missing, or a schedule is over. Throws RedisUnavailable.
   */
  async enforce(triggers: readonly Trigger[], gone: readonly Trigger[]): Promise<TriggerFailures> {
    for (const { id, type } of gone) if (type === 'schedule') await this.#turns.removeSchedule(id)
    const failures: TriggerFailures = new Map()
    for (const trigger of triggers) {
      if (trigger.type !== 'schedule') continue
      const schedule = { triggerId: trigger.id, ...trigger }
      // One that is there goes on in its rhythm; set again, a rate would fire at once.
      if (await this.#turns.isScheduled(schedule)) continue
      await collect(failures, [trigger.id], () => this.#turns.putSchedule(schedule))
    }
    for (const bucket of new Set(bucketsOf([...triggers, ...gone]))) {
      const ids = triggers.flatMap((one) =>
        one.type === 'object' && one.bucket === bucket ? [one.id] : [],
      )
      await collect(failures, ids, () => this.#buckets.settle(bucket))
    }
    return failures
  }

  /** Sets the notification of a bucket that has just been made, where triggers wait for it. */
  async bucketMade(bucket: string): Promise<void> {
    if ((await this.#buckets.reportedBy(bucket)).length > 0) await this.#buckets.settle(bucket)
  }

  /**
   * For the start of the platform: sets the notification of every bucket that has object triggers,
   * and takes away those that nobody needs any more. Gives back what could not be set, by bucket.
   */
  async ensureNotifications(): Promise<Map<string, HearthError>> {
    const failures = new Map<string, HearthError>()
    if (this.#storage.state === 'off') return failures
    for (const bucket of await this.notifiedBuckets()) {
      try {
        await this.#buckets.settle(bucket)
      } catch (error) {
        if (!(error instanceof HearthError)) throw error
        failures.set(bucket, error)
      }
    }
    return failures
  }

  async #requireRoom(trigger: Trigger): Promise<void> {
    const [own, events] = await askRedis(() =>
      Promise.all([
        this.#redis.hlen(keys.triggersOf(trigger.functionName)),
        this.#redis.hlen(keys.eventTriggers),
      ]),
    )
    if (own >= TRIGGERS_PER_FUNCTION_MAX) {
      throw invalid(`function "${trigger.functionName}" has ${own} triggers, which is the limit`)
    }
    if (trigger.type === 'event' && events >= EVENT_TRIGGERS_MAX) {
      throw invalid(`there are ${events} event triggers, which is the limit`)
    }
  }

  async #write(trigger: Trigger): Promise<void> {
    const text = JSON.stringify(trigger)
    await askRedis(async () => {
      const batch = this.#redis
        .multi()
        .hset(keys.triggersOf(trigger.functionName), trigger.id, text)
      if (trigger.type === 'event') batch.hset(keys.eventTriggers, trigger.id, text)
      if (trigger.type === 'object') {
        batch.hset(keys.objectTriggers(trigger.bucket), trigger.id, text)
        batch.sadd(keys.notifiedBuckets, trigger.bucket)
        // What lies in the bucket already is no event: the first scan begins here.
        const watermark = String(Date.parse(trigger.createdAt))
        batch.hsetnx(keys.objectScan(trigger.bucket), 'watermarkMs', watermark)
      }
      await batch.exec()
    })
  }

  async #erase(trigger: Trigger): Promise<void> {
    await askRedis(async () => {
      const batch = this.#redis.multi().hdel(keys.triggersOf(trigger.functionName), trigger.id)
      if (trigger.type === 'event') batch.hdel(keys.eventTriggers, trigger.id)
      if (trigger.type === 'object') batch.hdel(keys.objectTriggers(trigger.bucket), trigger.id)
      await batch.exec()
    })
  }

  /** The schedule goes first: one without a trigger would fire for ever and could not be found. */
  async #dissolve(trigger: Trigger): Promise<void> {
    if (trigger.type === 'schedule') await this.#turns.removeSchedule(trigger.id)
    await this.#erase(trigger)
    if (trigger.type !== 'object' || this.#storage.state === 'off') return
    try {
      await this.#buckets.settle(trigger.bucket)
    } catch (error) {
      // The trigger is gone, and its bucket's reports match nothing; the next start takes them away.
      if (!(error instanceof HearthError)) throw error
    }
  }
}

function completed(
  functionName: string,
  input: TriggerInput,
  own: Partial<OwnFields> = {},
): Trigger {
  const stored = { id: randomUUID(), functionName, createdAt: new Date().toISOString(), ...own }
  if (input.type !== 'object') return { ...stored, ...input }
  return { ...stored, ...input, events: input.events ?? ['s3:ObjectCreated:*'] }
}

async function collect(
  failures: TriggerFailures,
  ids: readonly string[],
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof HearthError && LASTING.has(error.code))) throw error
    for (const id of ids) failures.set(id, error)
  }
}

function parseAll<T>(texts: string[]): T[] {
  return texts.map((text) => JSON.parse(text) as T)
}

function invalid(reason: string): HearthError {
  return new HearthError('InvalidRequest', { reason })
}
