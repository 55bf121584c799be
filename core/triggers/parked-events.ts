import { keys } from '../keys.ts'
import { askRedis, type Redis } from '../redis/redis.ts'

const KEPT_MAX = 100
const BODY_BYTES_MAX = 64 * 1024

export interface ParkedEvent {
  /** ISO 8601. */
  receivedAt: string
  reason: string
  /** The first 64 KB. */
  body: string
}

/** What the storage webhook brought and nobody could read: put aside, so that it blocks nothing. */
export class ParkedEvents {
  readonly #redis: Redis

  constructor(redis: Redis) {
    this.#redis = redis
  }

  /** Keeps the last hundred. Throws RedisUnavailable. */
  async add(body: Buffer, reason: string): Promise<void> {
    const parked: ParkedEvent = {
      receivedAt: new Date().toISOString(),
      reason,
      body: body.subarray(0, BODY_BYTES_MAX).toString(),
    }
    await askRedis(() =>
      this.#redis
        .multi()
        .lpush(keys.parked, JSON.stringify(parked))
        .ltrim(keys.parked, 0, KEPT_MAX - 1)
        .exec(),
    )
  }

  /** Newest first. */
  async list(): Promise<ParkedEvent[]> {
    const texts = await askRedis(() => this.#redis.lrange(keys.parked, 0, KEPT_MAX - 1))
    return texts.map((text) => JSON.parse(text))
  }
}
