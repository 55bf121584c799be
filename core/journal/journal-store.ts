import type { InvocationFilter } from '../invocations/invocation-filter.ts'
import { isWanted } from '../invocations/invocation-filter.ts'
import type { ShownInvocation } from '../invocations/shown-invocation.ts'
import { keys } from '../keys.ts'
import { loadScripts, type RunScript } from '../lua.ts'
import { askRedis, type Redis } from '../redis/redis.ts'
import { type KeptBodies, readEntry } from './ended-invocation.ts'
import { type JournalLimits, journalArguments, journalLimits } from './journal-limits.ts'
import { findRows, type RowTest, rowTest } from './journal-row.ts'
import { JournalWriter } from './journal-writer.ts'

/** Where an invocation is in a log. */
interface Place {
  segment: number
  index: number
}

/** A part of a list, newest first, and how it goes on. */
export interface FoundPage {
  /** Each with the cursor of what comes after it. */
  found: { invocation: ShownInvocation; cursor: string }[]
  /** Where the next page begins; absent where nothing is left. */
  cursor?: string
  /** What is left was made, by about that, no later than what was looked at last (ms since 1970). */
  reachedMs: number
}

export interface JournalPageRequest {
  filter: InvocationFilter
  limit: number
  cursor?: string
}

/** The log over all functions. */
const ALL = ''
/** Segments whose rows are read at once: few at first, since the newest are mostly enough. */
const SEGMENTS_AT_ONCE = [2, 16, 64]
/** Segments that one page looks through at most: some 1,000,000 invocations. */
const SEGMENTS_MAX = 1000
/** Entries that are read for one page at most, and at once. */
const LOOKS_MAX = 1000
const ENTRIES_AT_ONCE = 100
const SWEEPS_MAX = 1000

/**
 * Synchronous invocations that have ended, to be looked up: of each function the last ones, by count,
 * bytes and age. Writing them is `writer`'s; what is in this process's hand is written before it is read.
 */
export class JournalStore {
  readonly writer: JournalWriter
  readonly #redis: Redis
  readonly #run: RunScript
  readonly #limits: JournalLimits

  constructor(redis: Redis, limits: Partial<JournalLimits> = {}) {
    this.#redis = redis
    this.#limits = journalLimits(limits)
    this.#run = loadScripts(redis)
    this.writer = new JournalWriter(redis, this.#limits)
  }

  /** With its bodies, where they are kept. Undefined where it is not known, or not any more. */
  async find(id: string): Promise<(ShownInvocation & { bodies?: KeptBodies }) | undefined> {
    await this.#settle()
    return await askRedis(async () => {
      const location = await this.#redis.hget(keys.journalIds(id.slice(0, 4)), id)
      const [functionName = '', segment = '', index = ''] = (location ?? '').split(':')
      if (location === null) return undefined
      const name = `${functionName}:${segment}`
      const [text, bodies] = await Promise.all([
        this.#redis.lindex(keys.journalEntries(name), Number(index)),
        this.#redis.hget(keys.journalBodies(name), index),
      ])
      if (text === null) return undefined
      const invocation = readEntry(functionName, text)
      if (Date.parse(invocation.createdAt) < this.#oldestMs()) return undefined
      return bodies === null ? invocation : { ...invocation, bodies: JSON.parse(bodies) }
    })
  }

  /**
   * Newest first, in the order in which they ended. A page can be shorter than its limit, or empty,
   * and still have a cursor: it looks at a bounded number.
   */
  async page({ filter, limit, cursor }: JournalPageRequest): Promise<FoundPage> {
    await this.#settle()
    const fromMs = Math.max(filter.fromMs ?? 0, this.#oldestMs())
    const test = rowTest({ ...filter, fromMs })
    if (!test) return { found: [], reachedMs: 0 }
    const wanted = (one: ShownInvocation) => isWanted({ ...filter, fromMs }, one)
    return await askRedis(() =>
      this.#page(filter.functionName ?? ALL, test, { wanted, limit, cursor }),
    )
  }

  /** Forgets what there is of a function. */
  async delete(functionName: string): Promise<void> {
    await this.#settle()
    while ((await this.#run('journal-delete', [functionName])) === 1);
  }

  /** Drops what is too old, or too much. Rejects with RedisUnavailable. */
  async sweep(): Promise<void> {
    for (let sweeps = 0; sweeps < SWEEPS_MAX; sweeps += 1) {
      if ((await this.#run('journal-sweep', journalArguments(this.#limits))) === 0) return
    }
  }

  #oldestMs(): number {
    return Date.now() - this.#limits.ageMs
  }

  /** What this process has not written yet is to be found as well; while Redis is away it is not. */
  async #settle(): Promise<void> {
    await this.writer.flush().catch(() => undefined)
  }

  async #page(
    log: string,
    test: RowTest,
    of: { wanted(one: ShownInvocation): boolean; limit: number; cursor: string | undefined },
  ): Promise<FoundPage> {
    const page: FoundPage = { found: [], reachedMs: Number.POSITIVE_INFINITY }
    let looks = 0
    for await (const places of this.#places(log, test, of.cursor)) {
      if (!Array.isArray(places)) return { ...page, cursor: cursorOf(places) }
      for (let at = 0; at < places.length; ) {
        const some = places.slice(at, at + Math.min(ENTRIES_AT_ONCE, of.limit - page.found.length))
        at += some.length
        const entries = await this.#entries(log, some)
        for (const [i, place] of some.entries()) {
          const invocation = entries[i]
          const cursor = cursorOf(place)
          if (invocation) page.reachedMs = Date.parse(invocation.createdAt)
          if (invocation && of.wanted(invocation)) page.found.push({ invocation, cursor })
          looks += 1
          if (page.found.length === of.limit || looks === LOOKS_MAX) return { ...page, cursor }
        }
      }
    }
    return page
  }

  /**
   * Where invocations are whose rows fit, newest first, some at a time; at the end, where there may
   * be more but enough was looked through, the one place after which to go on.
   */
  async *#places(
    log: string,
    test: RowTest,
    cursor: string | undefined,
  ): AsyncGenerator<Place[] | Place> {
    const [first, last] = await this.#redis.hmget(keys.journal(log), 'first', 'last')
    if (!first || !last) return
    const after = cursor === undefined ? undefined : placeOf(cursor)
    let segment = Math.min(Number(last), after?.segment ?? Number.POSITIVE_INFINITY)
    const lowest = Number(first)
    for (let round = 0, read = 0; segment >= lowest; round += 1) {
      const count = Math.min(SEGMENTS_AT_ONCE[round] ?? 64, segment - lowest + 1)
      const numbers = Array.from({ length: count }, (_, i) => segment - i)
      const all = await Promise.all(
        numbers.map((number) => this.#redis.getBuffer(keys.journalRows(`${log}:${number}`))),
      )
      const places: Place[] = []
      let isPast = false
      for (const [i, number] of numbers.entries()) {
        const rows = all[i]
        if (!rows || isPast) continue
        const end = number === after?.segment ? after.index : undefined
        const found = findRows(rows, test, end)
        isPast = found.isPast
        for (const index of found.indexes) places.push({ segment: number, index })
      }
      yield places
      if (isPast) return
      segment -= count
      read += count
      if (read >= SEGMENTS_MAX && segment >= lowest) yield { segment: segment + 1, index: 0 }
    }
  }

  /** Undefined where it is gone. */
  async #entries(log: string, places: Place[]): Promise<(ShownInvocation | undefined)[]> {
    const texts = await this.#lines(
      places.map(({ segment, index }) => [`${log}:${segment}`, index]),
    )
    if (log !== ALL) return texts.map((text) => (text === null ? undefined : readEntry(log, text)))
    const at = texts.map((text): [string, number] => {
      const [functionName, segment, index] = (text ?? '::').split(':')
      return [`${functionName}:${segment}`, Number(index)]
    })
    const lines = await this.#lines(at)
    return lines.map((text, i) => {
      const [functionName = ''] = at[i]?.[0].split(':') ?? []
      return text === null ? undefined : readEntry(functionName, text)
    })
  }

  #lines(of: [segment: string, index: number][]): Promise<(string | null)[]> {
    return Promise.all(
      of.map(([name, index]) => this.#redis.lindex(keys.journalEntries(name), index)),
    )
  }
}

function cursorOf({ segment, index }: Place): string {
  return `${segment}.${index}`
}

/** A cursor that is none is before all. */
function placeOf(cursor: string): Place {
  const [segment, index] = cursor.split('.').map(Number)
  return { segment: segment || 0, index: index || 0 }
}
