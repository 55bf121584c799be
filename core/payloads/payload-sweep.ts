import { keys } from '../keys.ts'
import { askRedis, type Redis } from '../redis/redis.ts'
import type { PayloadStore } from './payload-store.ts'

const GONE_PAGE = 200
const SWEEP_MS = 2000
/** One that was just put may not have its record yet. */
const ORPHAN_AGE_MS = 60 * 60 * 1000

/**
 * Removes payloads that no record has any more: those that records let go, and those whose record
 * was never written because a process died in between.
 */
export class PayloadSweep {
  readonly #redis: Redis
  readonly #store: PayloadStore
  #cursor = ''

  constructor(options: { redis: Redis; payloads: PayloadStore }) {
    this.#redis = options.redis
    this.#store = options.payloads
  }

  /** Bounded work: two seconds of what was let go, a page of orphans. */
  async sweep(): Promise<void> {
    await this.#removeGone()
    await this.#removeOrphans()
  }

  /** A name that a dying process has taken is found again as an orphan. */
  async #removeGone(): Promise<void> {
    const until = Date.now() + SWEEP_MS
    while (Date.now() < until) {
      const names = await askRedis(() => this.#redis.lpop(keys.payloadsGone, GONE_PAGE))
      if (!names) return
      await Promise.allSettled(names.map((name) => this.#store.remove(name)))
    }
  }

  async #removeOrphans(): Promise<void> {
    const { payloads, cursor } = await this.#store.page(this.#cursor)
    this.#cursor = cursor
    const before = Date.now() - ORPHAN_AGE_MS
    const old = payloads.filter(({ modifiedAt }) => modifiedAt.getTime() < before)
    if (old.length === 0) return
    const names = old.map(({ name }) => name)
    const isKnown = await askRedis(() => this.#redis.smismember(keys.payloads, ...names))
    const orphans = names.filter((_, index) => isKnown[index] === 0)
    await Promise.allSettled(orphans.map((name) => this.#store.remove(name)))
  }
}
