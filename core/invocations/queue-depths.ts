import { keys } from '../keys.ts'
import { askRedis, type Redis } from '../redis/redis.ts'

const PAGE = 500
/** Functions that are looked at; more of them with waiting events are not counted. */
const TARGETS_MAX = 10_000

/** How much waits, of all functions together. */
export interface QueueDepth {
  /** Events that could run now, those that wait for their next attempt, and those that run. */
  ready: number
  later: number
  claimed: number
  /** Since when the oldest of those that could run has been accepted; undefined where there is none. */
  oldestMs: number | undefined
  /** Ends that are to be delivered to a destination. */
  outbox: number
  deadLetters: number
}

/** Looks how long the queues are; for whoever watches the platform. */
export class QueueDepths {
  readonly #redis: Redis

  constructor(redis: Redis) {
    this.#redis = redis
  }

  /** Rejects with RedisUnavailable. */
  async read(): Promise<QueueDepth> {
    return askRedis(async () => {
      const [claimed, deadLetters, outbox, waiting] = await Promise.all([
        this.#redis.zcard(keys.claimed),
        this.#redis.zcard(keys.dead),
        this.#outbox(),
        this.#waiting(),
      ])
      return { claimed, deadLetters, outbox, ...waiting }
    })
  }

  async #waiting(): Promise<Pick<QueueDepth, 'ready' | 'later' | 'oldestMs'>> {
    let [ready, later] = [0, 0]
    let oldestAt = Number.POSITIVE_INFINITY
    let cursor = '0'
    let seen = 0
    do {
      const [next, targets] = await this.#redis.sscan(keys.backlogs, cursor, 'COUNT', PAGE)
      for (const one of await Promise.all(targets.map((target) => this.#waitingOf(target)))) {
        ready += one.ready
        later += one.later
        oldestAt = Math.min(oldestAt, one.firstAt)
      }
      cursor = next
      seen += targets.length
    } while (cursor !== '0' && seen < TARGETS_MAX)
    const isNone = oldestAt === Number.POSITIVE_INFINITY
    return { ready, later, oldestMs: isNone ? undefined : Math.max(0, Date.now() - oldestAt) }
  }

  async #waitingOf(target: string): Promise<{ ready: number; later: number; firstAt: number }> {
    const [ready, later, [first]] = await Promise.all([
      this.#redis.llen(keys.ready(target)),
      this.#redis.zcard(keys.later(target)),
      this.#redis.lrange(keys.ready(target), 0, 0),
    ])
    const at = first === undefined ? null : await this.#redis.hget(keys.invocation(first), 'at')
    return { ready, later, firstAt: at === null ? Number.POSITIVE_INFINITY : Number(at) }
  }

  async #outbox(): Promise<number> {
    const names = await this.#redis.zrange(keys.outbox, '0', `${TARGETS_MAX - 1}`)
    const counts = await Promise.all(names.map((name) => this.#redis.zcard(keys.outboxOf(name))))
    return counts.reduce((sum, count) => sum + count, 0)
  }
}
