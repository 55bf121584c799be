import { randomUUID } from 'node:crypto'
import { HearthError } from '../errors.ts'
import { Flusher } from '../flusher.ts'
import { loadScripts, type RunScript, type ScriptArgument } from '../lua.ts'
import type { Redis } from '../redis/redis.ts'
import { LogBuffer } from './log-buffer.ts'
import { encodeChunks, type PlacedLine } from './log-chunk.ts'
import { type LogFilter, matcherOf } from './log-filter.ts'
import { LogFollower } from './log-follower.ts'
import type { LogLimits } from './log-limits.ts'
import type { LogEntry, LogSink } from './log-line.ts'
import { LogNews } from './log-news.ts'
import type { LogPosition } from './log-position.ts'
import { type LogState, readBackwards, readForwards, readLogState } from './log-reading.ts'

/** Lines wait so long for others to go with, where few are written. */
const FLUSH_MS = 100
/** The same of a function whose log somebody listens to. */
const LISTENED_FLUSH_MS = 40
/**
 * After a flush of many lines, so long for each of them, up to a second: of a function that writes
 * more than is kept, most lines are then never made.
 */
const FLUSH_MS_PER_LINE = 0.5
const FLUSH_MS_MAX = 1000
/** Of all functions together, between two flushes or while Redis takes nothing. */
const BUFFERED_CHARACTERS_MAX = 32 * 1024 * 1024
/** So much is written between two looks at that. */
const LOOK_EVERY_CHARACTERS = 1024 * 1024
const CLOSE_MS = 1000

/** So much is on its way at once: each command has its own time to be answered in. */
const SENT_CHARACTERS_MAX = 4 * 1024 * 1024

/** Lines of one function that go together. */
interface LogBatch {
  functionName: string
  /** Ascends. */
  number: number
  entries: readonly LogEntry[]
  characters: number
  /** Lines before these that were dropped. */
  dropped: number
}

/**
 * The logs of functions. Writing never waits and never fails: lines are gathered and go to Redis
 * together; what does not fit while Redis is away is lost, oldest first, and counted.
 */
export class LogStore implements LogSink {
  readonly limits: LogLimits
  readonly #redis: Redis
  readonly #run: RunScript
  readonly #news: LogNews
  /** By which Redis tells the batches of this store from those of others. */
  readonly #id = randomUUID()
  #batches = 0
  /** What Redis was sent and has not answered for. */
  #unsent: LogBatch[] = []
  readonly #buffers = new Map<string, LogBuffer>()
  /** Functions whose log somebody listens to, as the last flush has found. */
  readonly #listened = new Set<string>()
  #unlooked = 0
  /** Of all functions, or of those that are named. */
  readonly #flusher = new Flusher<ReadonlySet<string>>((names) => this.#flush(names))
  #soonTimer: NodeJS.Timeout | undefined
  #flushMs = FLUSH_MS

  constructor(redis: Redis, limits: LogLimits) {
    this.limits = limits
    this.#redis = redis
    this.#run = loadScripts(redis)
    this.#news = new LogNews(redis)
  }

  write(functionName: string, entry: LogEntry): void {
    this.#unlooked += this.#bufferOf(functionName).add(entry)
    if (this.#unlooked > LOOK_EVERY_CHARACTERS) this.#bound()
    this.#flusher.later(this.#flushMs)
    if (this.#listened.size > 0 && this.#listened.has(functionName)) this.#wakeSoon()
  }

  /** How much there is of it. Rejects with RedisUnavailable, as all that reads. */
  async state(functionName: string): Promise<LogState> {
    await this.#flusher.now()
    return readLogState(this.#redis, functionName)
  }

  /** The last lines that the filter wants, oldest first, and how the log was before they were read. */
  async read(
    functionName: string,
    { limit, ...filter }: LogFilter & { limit: number },
  ): Promise<{ lines: PlacedLine[]; state: LogState }> {
    const state = await this.state(functionName)
    const matches = matcherOf(filter)
    const found: PlacedLine[][] = []
    let count = 0
    let seen = 0
    const range = { upTo: state.end, sinceMs: this.#sinceMs(state) }
    for await (const page of readBackwards(this.#redis, functionName, range)) {
      // A chunk more than the limit may be kept.
      const kept = page.slice(Math.max(0, page.length - (this.limits.lines - seen)))
      seen += kept.length
      const wanted = kept.filter(matches)
      found.unshift(wanted)
      count += wanted.length
      if (count >= limit || seen >= this.limits.lines) break
    }
    return { lines: found.flat().slice(-limit), state }
  }

  /** All that is kept after a position, by pages, oldest first. */
  async *pages(functionName: string, after?: LogPosition): AsyncGenerator<PlacedLine[]> {
    const state = await this.state(functionName)
    const range = { sinceMs: this.#sinceMs(state), ...(after && { after }) }
    yield* readForwards(this.#redis, functionName, range)
  }

  /** What is written from now on, or after that position; close it when nobody reads it any more. */
  follow(functionName: string, after?: LogPosition): LogFollower {
    // It is heard of with the next flush anyway; in this process it need not wait for that.
    this.#listened.add(functionName)
    return new LogFollower({ redis: this.#redis, news: this.#news }, functionName, after)
  }

  /** Keeps a function's lines for so long; without a number, for as long as the platform says. */
  async setRetention(functionName: string, retentionMs?: number): Promise<void> {
    await this.#run('log-retention', [functionName, retentionMs ?? '', this.limits.ageMs])
  }

  async delete(functionName: string): Promise<void> {
    this.#buffers.delete(functionName)
    // Lines that are on their way must not arrive after the log is gone.
    await this.#flusher.idle()
    this.#unsent = this.#unsent.filter((batch) => batch.functionName !== functionName)
    await this.#run('log-delete', [functionName])
  }

  /** Writes what is left, for at most a second. */
  async close(): Promise<void> {
    this.#news.close()
    const deadline = Date.now() + CLOSE_MS
    while (this.#buffers.size + this.#unsent.length > 0 && Date.now() < deadline) {
      try {
        await this.#flusher.now()
      } catch {
        // Redis is away: what it does not take within the deadline is lost, as documented.
        await new Promise((resolve) => setTimeout(resolve, FLUSH_MS))
      }
    }
    this.#flusher.stop()
    clearTimeout(this.#soonTimer)
    this.#soonTimer = undefined
  }

  #sinceMs({ retentionMs = this.limits.ageMs }: LogState): number {
    return Date.now() - retentionMs
  }

  #wakeSoon(): void {
    this.#soonTimer ??= setTimeout(() => {
      this.#soonTimer = undefined
      this.#flusher.now(this.#listened).catch(() => undefined)
    }, LISTENED_FLUSH_MS).unref()
  }

  /** Rejects where Redis did not take them; they go with the next flush. */
  async #flush(names?: ReadonlySet<string>): Promise<void> {
    if (this.#buffers.size === 0 && this.#unsent.length === 0) return
    try {
      // Lines that stay in their buffers give way to newer ones; those that were sent cannot.
      if (this.#redis.status !== 'ready') throw new HearthError('RedisUnavailable')
      await this.#sendAll(names)
    } catch (error) {
      this.#flusher.later(this.#flushMs)
      throw error
    }
  }

  async #sendAll(names: ReadonlySet<string> | undefined): Promise<void> {
    await this.#send(this.#unsent.splice(0))
    const batches: LogBatch[] = []
    let count = 0
    for (const [functionName, buffer] of this.#buffers) {
      if (names && !names.has(functionName)) continue
      this.#buffers.delete(functionName)
      this.#batches += 1
      const entries = buffer.take()
      const { characters, dropped } = buffer
      batches.push({ functionName, number: this.#batches, entries, characters, dropped })
      count += entries.length
    }
    if (!names) {
      this.#flushMs = Math.min(FLUSH_MS_MAX, Math.max(FLUSH_MS, count * FLUSH_MS_PER_LINE))
    }
    await this.#send(batches)
  }

  /** What Redis has not answered for goes again, as it is: it knows what it has by its number. */
  async #send(batches: LogBatch[]): Promise<void> {
    while (batches.length > 0) {
      const group = firstOf(batches)
      const ends = await Promise.allSettled(group.map((batch) => this.#append(batch)))
      const failed = ends.find((end) => end.status === 'rejected')
      if (!failed) continue
      const unanswered = group.filter((_, index) => ends[index]?.status === 'rejected')
      this.#unsent.push(...unanswered, ...batches)
      throw failed.reason
    }
  }

  async #append({ functionName, number, entries, dropped }: LogBatch): Promise<void> {
    const { lines, bytes, ageMs, totalBytes } = this.limits
    const limits = [lines, bytes, ageMs, totalBytes]
    const args: ScriptArgument[] = [functionName, ...limits, this.#id, number, dropped]
    for (const { count, data } of encodeChunks(entries)) args.push(count, data)
    const listeners = await this.#run('log-append', args)
    if (Number(listeners) > 0) this.#listened.add(functionName)
    else this.#listened.delete(functionName)
  }

  #bufferOf(functionName: string): LogBuffer {
    let buffer = this.#buffers.get(functionName)
    if (!buffer) {
      const { lines, bytes } = this.limits
      buffer = new LogBuffer({ lines, characters: Math.min(bytes, BUFFERED_CHARACTERS_MAX / 2) })
      this.#buffers.set(functionName, buffer)
    }
    return buffer
  }

  /** Where all functions together have too much waiting, whoever has most gives way, as in Redis. */
  #bound(): void {
    this.#unlooked = 0
    let characters = 0
    for (const buffer of this.#buffers.values()) characters += buffer.characters
    const largestFirst = [...this.#buffers.values()].sort((a, b) => b.characters - a.characters)
    for (const buffer of largestFirst) {
      if (characters <= BUFFERED_CHARACTERS_MAX) return
      characters -= buffer.characters
      buffer.clear()
    }
  }
}

/** Takes as many as may be on their way at once off the front, and one at least. */
function firstOf(batches: LogBatch[]): LogBatch[] {
  let characters = 0
  const end = batches.findIndex((batch) => {
    characters += batch.characters
    return characters > SENT_CHARACTERS_MAX
  })
  return batches.splice(0, end < 0 ? batches.length : Math.max(1, end))
}
