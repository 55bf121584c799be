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
    const known = await askRedis(() => this.#redis.sunion(keys.backlogs, keys.deadTargets))
    const targets = known.filter((target) => target > cursor).sort()
    const shown = targets.slice(0, limit)
    const last = shown.at(-1)
    if (last === undefined) return { queues: [] }
    const states = (await this.#run('queue-states', shown)) as [number, number, number, number][]
    const queues = states
      .map(([ready, later, age, deadLetters], at) => ({
        target: shown[at] as string,
        ready,
        later,
        ...(age >= 0 && { oldestAgeMs: age }),
        deadLetters,
      }))
      .filter(({ ready, later, deadLetters }) => ready + later + deadLetters > 0)
    return targets.length > shown.length ? { queues, cursor: last } : { queues }
  }
}
