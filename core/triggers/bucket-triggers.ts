import { readFileSync } from 'node:fs'
import { HearthError } from '../errors.ts'
import { keys } from '../keys.ts'
import { askRedis, type Redis } from '../redis/redis.ts'
import { type ObjectStore, type Storage, storeOf } from '../storage/object-store.ts'
import { type ObjectTrigger, reportedEvents } from './trigger.ts'

/** How often a bucket's notification is set again because other triggers came or went meanwhile. */
const SETTLE_ROUNDS_MAX = 10

const REPLACE = readFileSync(new URL('../lua/object-triggers-replace.lua', import.meta.url), 'utf8')

/** The object triggers of a bucket as a whole, and what the S3 server reports for them. */
export class BucketTriggers {
  readonly #redis: Redis
  readonly #storage: Storage

  constructor(options: { redis: Redis; storage: Storage }) {
    this.#redis = options.redis
    this.#storage = options.storage
  }

  async triggersOf(bucket: string): Promise<ObjectTrigger[]> {
    return parseAll(await askRedis(() => this.#redis.hvals(keys.objectTriggers(bucket))))
  }

  /** Events that the bucket must report for its triggers. */
  async reportedBy(bucket: string): Promise<string[]> {
    return reportedEvents(await this.triggersOf(bucket))
  }

  /** Puts these in the place of all there are, in one step, and gives back those; `settle` is to follow. */
  async exchange(bucket: string, triggers: readonly ObjectTrigger[]): Promise<ObjectTrigger[]> {
    const places = [keys.objectTriggers(bucket), keys.notifiedBuckets, keys.objectScan(bucket)]
    const stored = triggers.flatMap((one) => [one.id, one.functionName, JSON.stringify(one)])
    const given = [keys.triggersOf(''), bucket, String(Date.now()), ...stored]
    const before = await askRedis(() =>
      this.#redis.eval(REPLACE, places.length, ...places, ...given),
    )
    return parseAll(before as string[])
  }

  /**
   * Makes a bucket report what its triggers need. Looks again after each setting: whoever sets
   * last has seen every trigger that was written before, so that two at once lose nothing.
   */
  async settle(bucket: string): Promise<void> {
    const store = storeOf(this.#storage)
    let events = await this.reportedBy(bucket)
    for (let round = 0; round < SETTLE_ROUNDS_MAX; round += 1) {
      await this.#report(store, bucket, events)
      const now = await this.reportedBy(bucket)
      if (now.join() === events.join()) return
      events = now
    }
    throw new HearthError('StorageUnavailable', {
      reason: `triggers of bucket "${bucket}" change faster than its notification can be set`,
    })
  }

  async #report(store: ObjectStore, bucket: string, events: readonly string[]): Promise<void> {
    try {
      await store.reportEvents(bucket, events)
    } catch (error) {
      const gone = error instanceof HearthError && error.code === 'BucketNotFound'
      if (!gone || events.length > 0) throw error
    }
    const scan = [keys.objectScan(bucket), keys.objectScanFindings(bucket)]
    await askRedis<unknown>(() =>
      events.length > 0
        ? this.#redis.sadd(keys.notifiedBuckets, bucket)
        : this.#redis
            .multi()
            .srem(keys.notifiedBuckets, bucket)
            .del(...scan)
            .exec(),
    )
  }
}

function parseAll(texts: string[]): ObjectTrigger[] {
  return texts.map((text) => JSON.parse(text) as ObjectTrigger)
}
