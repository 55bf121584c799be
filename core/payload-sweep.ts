import { keys } from './keys.ts'
import type { PayloadStore } from './payload-store.ts'
import { type Redis, redisFailure } from './redis.ts'

const GONE_PAGE = 200
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

  /** Bounded work: a page of each kind. */
  async sweep(): Promise<void> {
    await this.#removeGone()
    await this.#removeOrphans()
  }

  /** A name leaves the list when its payload is removed: a process that dies repeats it. */
  async #removeGone(): Promise<void> {
    const names = await this.#ask(this.#redis.lrange(keys.payloadsGone, 0, GONE_PAGE - 1))
    await Promise.all(names.map((name) => this.#store.remove(name)))
    if (names.length === 0) return
    const batch = this.#redis.multi()
    for (const name of names) batch.lrem(keys.payloadsGone, 1, name)
    await this.#ask(batch.exec())
  }

  async #removeOrphans(): Promise<void> {
    const { payloads, cursor } = await this.#store.page(this.#cursor)
    this.#cursor = cursor
    const before = Date.now() - ORPHAN_AGE_MS
    const old = payloads.filter(({ modifiedAt }) => modifiedAt.getTime() < before)
    if (old.length === 0) return
    const names = old.map(({ name }) => name)
    const isKnown = await this.#ask(this.#redis.smismember(keys.payloads, ...names))
    const orphans = names.filter((_, index) => isKnown[index] === 0)
    await Promise.all(orphans.map((name) => this.#store.remove(name)))
  }

  async #ask<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } catch (cause) {
      throw redisFailure(cause)
    }
  }
}
