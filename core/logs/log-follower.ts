import type { Redis } from '../redis/redis.ts'
import type { PlacedLine } from './log-chunk.ts'
import type { LogNews } from './log-news.ts'
import { isAfter, type LogPosition } from './log-position.ts'
import { readLogState, readPage } from './log-reading.ts'

/** So often a follower looks for itself, where it has heard nothing. */
const LOOK_MS = 2000
/** While Redis is away. */
const RETRY_MS = 500

/** What has come since the last look; no lines where nothing has. */
export interface LogNewsPage {
  lines: PlacedLine[]
  /** Lines that were dropped before they could be read. */
  missed: number
  /** As far as it has read. */
  position: LogPosition
}

/**
 * Reads a log as it grows. Nothing is sent to it: it takes the next lines when its reader wants them,
 * from Redis, so a reader that is slow costs no memory, and finds what it missed counted.
 */
export class LogFollower {
  readonly #redis: Redis
  readonly #functionName: string
  readonly #unlisten: () => void
  #position: LogPosition | undefined
  #hasNews = true
  #wake: (() => void) | undefined
  #closed = false

  /** Begins after that position; without one, at the log's end as it is at the first look. */
  constructor(
    { redis, news }: { redis: Redis; news: LogNews },
    functionName: string,
    after?: LogPosition,
  ) {
    this.#redis = redis
    this.#functionName = functionName
    this.#position = after
    this.#unlisten = news.listen(functionName, () => this.#heard())
  }

  /**
   * The place that it begins at. Rejects with RedisUnavailable. A position that is ahead of the log,
   * which can only be one of another log, is brought back to its end.
   */
  async begin(): Promise<LogPosition> {
    const { end } = await readLogState(this.#redis, this.#functionName)
    if (!this.#position || isAfter(this.#position, end)) this.#position = end
    return this.#position
  }

  /** The next lines, as soon as there are any; none after `waitMs`. Undefined when it was closed. Only after `begin`. */
  async next(waitMs: number): Promise<LogNewsPage | undefined> {
    const deadline = Date.now() + waitMs
    while (!this.#closed) {
      this.#hasNews = false
      const page = await this.#read().catch(() => undefined)
      if (page && page.lines.length > 0) return page
      const left = deadline - Date.now()
      if (left <= 0) return { lines: [], missed: 0, position: this.#at }
      if (!this.#hasNews || !page) await this.#wait(Math.min(left, page ? LOOK_MS : RETRY_MS))
    }
    return undefined
  }

  close(): void {
    this.#closed = true
    this.#unlisten()
    this.#wake?.()
  }

  get #at(): LogPosition {
    return this.#position ?? { epoch: 0, number: 0 }
  }

  async #read(): Promise<LogNewsPage> {
    const { lines } = await readPage(this.#redis, this.#functionName, { after: this.#at })
    let missed = 0
    for (const { position } of lines) {
      const { epoch, number } = this.#at
      missed += position.number - 1 - (position.epoch === epoch ? number : 0)
      this.#position = position
    }
    return { lines, missed, position: this.#at }
  }

  #heard(): void {
    this.#hasNews = true
    this.#wake?.()
  }

  async #wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    this.#wake = resolve
    await promise
    clearTimeout(timer)
    this.#wake = undefined
  }
}
