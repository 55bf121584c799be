import { keys } from '../keys.ts'
import { loadScripts, type RunScript } from '../lua.ts'
import { askRedis, type Redis } from '../redis/redis.ts'

/** What waits for one target: a function's name, or `name:qualifier`. */
export interface QueueState {
  target: string
  /** Invocations that wait for a sandbox. */
  ready: number
  /** Those that wait for the time of their next attempt. */
  later: number
  /** Since the first of `ready`, or of `later` the next one due, was accepted; absent where nothing waits. */
  oldestAgeMs?: number
  deadLetters: number
}

/** How much waits, of all targets together. */
export interface QueueDepth {
  ready: number
  later: number
  /** Those that run. */
  claimed: number
  /** Of any target; absent where nothing waits. */
  oldestAgeMs?: number
  /** Ends that are to be delivered to a destination. */
  outbox: number
  deadLetters: number
}

const PAGE = 500
/** Targets that are summed up; what waits for more of them is not counted. */
const TARGETS_MAX = 10_000

/** The queues of all targets: how long they are, and for how long. */
export class QueueStore {
  readonly #redis: Redis
  readonly #run: RunScript

  constructor(redis: Redis) {
    this.#redis = redis
    this.#run = loadScripts(redis)
  }

  /**
   * Those that hold something, in the order of their names; `cursor` is where the next page begins,
   * absent on the last one. A page may be shorter than its limit. Throws RedisUnavailable.
   */
  async list(page: {
    limit: number
    cursor?: string
  }): Promise<{ queues: QueueState[]; cursor?: string }> {
    const { limit, cursor = '' } = page
    const targets = (await this.#targets()).filter((target) => target > cursor)
    const shown = targets.slice(0, limit)
    const last = shown.at(-1)
    if (last === undefined) return { queues: [] }
    const queues = (await this.#states(shown)).filter(
      ({ ready, later, deadLetters }) => ready + later + deadLetters > 0,
    )
    return targets.length > shown.length ? { queues, cursor: last } : { queues }
  }

  /** Throws RedisUnavailable. */
  async depth(): Promise<QueueDepth> {
    const targets = (await this.#targets()).slice(0, TARGETS_MAX)
    const [claimed, deadLetters, outbox] = await askRedis(() =>
      Promise.all([this.#redis.zcard(keys.claimed), this.#redis.zcard(keys.dead), this.#outbox()]),
    )
    const sum: QueueDepth = { ready: 0, later: 0, claimed, outbox, deadLetters }
    for (let at = 0; at < targets.length; at += PAGE) {
      for (const one of await this.#states(targets.slice(at, at + PAGE))) {
        sum.ready += one.ready
        sum.later += one.later
        if (one.oldestAgeMs !== undefined) {
          sum.oldestAgeMs = Math.max(sum.oldestAgeMs ?? 0, one.oldestAgeMs)
        }
      }
    }
    return sum
  }

  /** In the order of their names. */
  async #targets(): Promise<string[]> {
    const known = await askRedis(() => this.#redis.sunion(keys.backlogs, keys.deadTargets))
    return known.sort()
  }

  async #states(targets: readonly string[]): Promise<QueueState[]> {
    const states = (await this.#run('queue-states', [...targets])) as [
      ready: number,
      later: number,
      age: number,
      deadLetters: number,
    ][]
    return states.map(([ready, later, age, deadLetters], at) => ({
      target: targets[at] as string,
      ready,
      later,
      ...(age >= 0 && { oldestAgeMs: age }),
      deadLetters,
    }))
  }

  async #outbox(): Promise<number> {
    const names = await this.#redis.zrange(keys.outbox, '0', `${TARGETS_MAX - 1}`)
    const counts = await Promise.all(names.map((name) => this.#redis.zcard(keys.outboxOf(name))))
    return counts.reduce((sum, count) => sum + count, 0)
  }
}
