import { keys } from '../keys.ts'
import { type Redis, redisFailure } from '../redis/redis.ts'
import { type LogEntry, type LogLine, type LogSink, lineOf } from './log-line.ts'

/** What is kept of each function: its last lines, for so long after the last of them. */
const LINES_MAX = 1000
const KEPT_SECONDS = 7 * 24 * 3600
/** A longer line is cut. */
const LINE_CHARACTERS_MAX = 16 * 1024
/** Of a text that is not made yet: about what the platform's own lines have. */
const UNMADE_CHARACTERS = 200
/** Lines wait so long for others to go with, where few are written. */
const FLUSH_MS = 100
/**
 * After a flush of many lines, so long for each of them, up to a second: of a function that writes
 * more than is kept, most lines are then never made.
 */
const FLUSH_MS_PER_LINE = 0.5
const FLUSH_MS_MAX = 1000
/** Of all functions together, between two flushes or while Redis takes nothing. */
const BUFFERED_CHARACTERS_MAX = 32 * 1024 * 1024
const CLOSE_MS = 1000

/**
 * The last lines of each function's log. Writing never waits and never fails: lines are gathered
 * and go to Redis together; what does not fit while Redis is away is lost, oldest first.
 */
export class LogStore implements LogSink {
  readonly #redis: Redis
  #buffers = new Map<string, LogEntry[]>()
  #bufferedCharacters = 0
  #timer: NodeJS.Timeout | undefined
  #flushMs = FLUSH_MS
  #flushing: Promise<void> | undefined

  constructor(redis: Redis) {
    this.#redis = redis
  }

  write(functionName: string, entry: LogEntry): void {
    this.#add(functionName, entry)
    this.#timer ??= setTimeout(() => this.#flushLater(), this.#flushMs).unref()
  }

  /** The last lines, oldest first; with `invocationId` those of one invocation. */
  async read(
    functionName: string,
    options: { limit: number; invocationId?: string },
  ): Promise<LogLine[]> {
    const { limit, invocationId } = options
    try {
      await this.#flush()
      const first = invocationId === undefined ? -limit : 0
      const texts = await this.#redis.lrange(keys.logs(functionName), first, -1)
      const lines: LogLine[] = texts.map((text) => JSON.parse(text))
      if (invocationId === undefined) return lines
      return lines.filter((line) => line.invocationId === invocationId).slice(-limit)
    } catch (cause) {
      throw redisFailure(cause)
    }
  }

  async delete(functionName: string): Promise<void> {
    this.#take(functionName)
    try {
      // Lines that are on their way must not arrive after the key is gone.
      await this.#flushing?.catch(() => this.#take(functionName))
      await this.#redis.del(keys.logs(functionName))
    } catch (cause) {
      throw redisFailure(cause)
    }
  }

  /** Writes what is left, for at most a second. */
  async close(): Promise<void> {
    const deadline = Date.now() + CLOSE_MS
    while (this.#buffers.size > 0 && Date.now() < deadline) {
      try {
        await this.#flush()
      } catch {
        // Redis is away: what it does not take within the deadline is lost, as documented.
        await new Promise((resolve) => setTimeout(resolve, FLUSH_MS))
      }
    }
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #flushLater(): void {
    this.#timer = undefined
    this.#flush().catch(() => {
      // The lines are in their buffers again and go with the next flush.
      this.#timer ??= setTimeout(() => this.#flushLater(), this.#flushMs).unref()
    })
  }

  /** One at a time, so that lines stay in order. Rejects where Redis did not take them. */
  async #flush(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing
    if (this.#buffers.size === 0) return
    this.#flushing = this.#send().finally(() => {
      this.#flushing = undefined
    })
    await this.#flushing
  }

  async #send(): Promise<void> {
    const sent = this.#buffers
    this.#buffers = new Map()
    this.#bufferedCharacters = 0
    const commands = this.#redis.multi()
    let count = 0
    for (const [functionName, lines] of sent) {
      const key = keys.logs(functionName)
      const kept = lines.slice(-LINES_MAX)
      count += kept.length
      commands
        .rpush(key, ...kept.map(stored))
        .ltrim(key, -LINES_MAX, -1)
        .expire(key, KEPT_SECONDS)
    }
    this.#flushMs = Math.min(FLUSH_MS_MAX, Math.max(FLUSH_MS, count * FLUSH_MS_PER_LINE))
    try {
      await commands.exec()
    } catch (error) {
      for (const [functionName, lines] of sent) {
        const newer = this.#take(functionName)
        for (const entry of [...lines, ...newer]) this.#add(functionName, entry)
      }
      throw error
    }
  }

  /** What would be cut off again at once is dropped now and then, not at every line. */
  #add(functionName: string, entry: LogEntry): void {
    const buffer = this.#buffers.get(functionName) ?? []
    if (buffer.length === 0) this.#buffers.set(functionName, buffer)
    buffer.push(entry)
    this.#bufferedCharacters += lengthOf(entry)
    if (buffer.length >= 2 * LINES_MAX) {
      const dropped = buffer.splice(0, buffer.length - LINES_MAX)
      for (const old of dropped) this.#bufferedCharacters -= lengthOf(old)
    }
    while (this.#bufferedCharacters > BUFFERED_CHARACTERS_MAX) {
      const [oldest] = this.#buffers.keys()
      if (oldest === undefined) break
      this.#take(oldest)
    }
  }

  /** Empties one function's buffer. */
  #take(functionName: string): LogEntry[] {
    const lines = this.#buffers.get(functionName) ?? []
    this.#buffers.delete(functionName)
    for (const entry of lines) this.#bufferedCharacters -= lengthOf(entry)
    return lines
  }
}

function lengthOf({ text }: LogEntry): number {
  return typeof text === 'string' ? text.length : UNMADE_CHARACTERS
}

function stored(entry: LogEntry): string {
  const line = lineOf(entry)
  const { length } = line.text
  if (length > LINE_CHARACTERS_MAX) {
    line.text = `${line.text.slice(0, LINE_CHARACTERS_MAX)} … (cut, ${length} characters)`
  }
  return JSON.stringify(line)
}
