import { randomUUID } from 'node:crypto'
import { Flusher } from '../flusher.ts'
import { loadScripts, type RunScript, type ScriptArgument } from '../lua.ts'
import { WRITER_MS } from '../redis/batch-id.ts'
import { isRefusal, type Redis } from '../redis/redis.ts'
import { entryLine } from './ended-invocation.ts'
import { JournalBuffer, type Pending } from './journal-buffer.ts'
import { type JournalLimits, journalArguments } from './journal-limits.ts'
import { markOf, ROW_BYTES, writeRow } from './journal-row.ts'

/** What has ended waits so long for others to go with, where few end. */
const FLUSH_MS = 500
/**
 * After a flush of many, so long for each of them, up to five seconds: of a function that is called more
 * often than it keeps, most are then never written.
 */
const FLUSH_MS_PER_RECORD = 0.5
const FLUSH_MS_MAX = 5000
/** After a write that failed. */
const AGAIN_MS = 1000
/** Written in one call, so that Redis is never held up for long: invocations, and bytes of bodies. */
const BATCH_MAX = 400
const BATCH_BYTES_MAX = 2 * 1024 * 1024
const CLOSE_MS = 1500
/** Before an invocation's row: which function, and its mark. */
const HEAD_BYTES = 6 + ROW_BYTES

/**
 * Writes what has ended to the journal, in batches, off the way of invocations. Adding never waits and
 * never fails; while Redis is away the last 40,000 are held, and what waits when the process is killed is lost.
 */
export class JournalWriter {
  readonly #run: RunScript
  readonly #limits: JournalLimits
  readonly #buffer: JournalBuffer
  /** By which Redis tells the batches of this writer from those of others; see core/redis/batch-id.ts. */
  readonly #id = randomUUID()
  #number = 1
  /** The batch of that number, where Redis was given it and has not answered. */
  #unanswered: Pending[] | undefined
  readonly #flusher = new Flusher(() => this.#write())
  #flushMs = FLUSH_MS
  /** Redis did not take the last ones. */
  #isFailing = false
  #refused = 0
  #refusal: Error | undefined

  constructor(redis: Redis, limits: JournalLimits) {
    this.#run = loadScripts(redis)
    this.#limits = limits
    this.#buffer = new JournalBuffer(limits.count)
  }

  /** How many were lost since the start: no room while Redis was away, or it refused them. */
  get dropped(): number {
    return this.#buffer.dropped + this.#refused
  }

  /** Why Redis refused the last of those that it refused. */
  get refusal(): Error | undefined {
    return this.#refusal
  }

  add(pending: Pending): void {
    this.#buffer.add(pending)
    this.#flusher.later(this.#flushMs)
    if (this.#buffer.isHalfFull && !this.#isFailing && !this.#flusher.isFlushing) {
      this.#flusher.stop()
      this.#flusher.now().catch(() => undefined)
    }
  }

  /** Rejects with RedisUnavailable; what was not written waits. */
  flush(): Promise<void> {
    return this.#flusher.now()
  }

  /** Writes what is left, for at most a second and a half. */
  async close(): Promise<void> {
    const deadline = Date.now() + CLOSE_MS
    while (!this.#isEmpty && Date.now() < deadline) {
      try {
        await this.flush()
      } catch {
        // Redis is away: what it does not take within the deadline is lost, as documented.
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
    this.#flusher.stop()
    this.#buffer.takeAll()
    this.#unanswered = undefined
  }

  get #isEmpty(): boolean {
    return this.#buffer.size === 0 && this.#unanswered === undefined
  }

  async #write(): Promise<void> {
    if (this.#isEmpty) return
    const left: Pending[][] = []
    try {
      if (this.#unanswered) await this.#send(this.#unanswered)
      // Those that come meanwhile go with the next flush: this one has an end.
      const taken = this.#buffer.takeAll()
      this.#flushMs = Math.min(FLUSH_MS_MAX, Math.max(FLUSH_MS, taken.length * FLUSH_MS_PER_RECORD))
      left.push(...batches(taken))
      for (let batch = left.shift(); batch !== undefined; batch = left.shift()) {
        await this.#send(batch)
      }
      this.#isFailing = false
    } catch (error) {
      this.#isFailing = true
      this.#buffer.putBack(left.flat())
      this.#flusher.later(AGAIN_MS)
      throw error
    }
  }

  /**
   * Where its answer is lost, the same batch is to be sent again before any other. One that is refused
   * would be again, and hold up all others: it is lost, or what of it was not written before.
   */
  async #send(batch: Pending[]): Promise<void> {
    this.#unanswered = batch
    const head = [this.#id, this.#number, WRITER_MS, ...journalArguments(this.#limits)]
    try {
      await this.#run('journal-add', [...head, ...addArguments(batch)])
    } catch (error) {
      if (!isRefusal(error)) throw error
      this.#refused += batch.length
      this.#refusal = error
    }
    this.#number += 1
    this.#unanswered = undefined
  }
}

function batches(pending: readonly Pending[]): Pending[][] {
  const made: Pending[][] = []
  let bytes = 0
  for (const one of pending) {
    const isFull = made.at(-1)?.length === BATCH_MAX || bytes + one.bytes > BATCH_BYTES_MAX
    if (made.length === 0 || isFull) {
      made.push([])
      bytes = 0
    }
    made.at(-1)?.push(one)
    bytes += one.bytes
  }
  return made
}

/** The arguments of core/lua/journal-add.lua from the functions on. */
function addArguments(pending: readonly Pending[]): ScriptArgument[] {
  const places = new Map<string, number>()
  const functions: string[] = []
  const heads = Buffer.allocUnsafe(pending.length * HEAD_BYTES)
  const entries: string[] = []
  const bodies: ScriptArgument[] = []
  for (const [i, one] of pending.entries()) {
    const record = one.make()
    const { functionName, functionCreatedAt } = record
    const identity = `${functionName} ${functionCreatedAt}`
    const place = places.get(identity) ?? places.size + 1
    if (place > places.size) functions.push(functionName, functionCreatedAt)
    places.set(identity, place)
    const at = i * HEAD_BYTES
    heads.writeUInt16LE(place, at)
    heads.writeUInt32LE(markOf(record), at + 2)
    writeRow(heads, at + 6, record)
    entries.push(entryLine(record))
    if (record.bodies) bodies.push(i + 1, JSON.stringify(record.bodies))
  }
  return [places.size, ...functions, heads, Buffer.from(entries.join('\n')), ...bodies]
}
