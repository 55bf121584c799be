import type { KeptBodies } from '../bodies/kept-bodies.ts'
import type { InvocationFilter } from '../invocations/invocation-filter.ts'
import { isWanted } from '../invocations/invocation-filter.ts'
import type { ShownInvocation } from '../invocations/shown-invocation.ts'
import { keys } from '../keys.ts'
import { loadScripts, type RunScript } from '../lua.ts'
import { askRedis, type Redis } from '../redis/redis.ts'
import { readEntry } from './ended-invocation.ts'
import { type JournalLimits, journalArguments, journalLimits } from './journal-limits.ts'
import { findRows, mayFit, type RowTest, rowTest } from './journal-row.ts'
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
/** Segments whose rows are read for one page: few at first, then more at once, and no more than all of these. */
const SEGMENTS_AT_ONCE = [2, 16, 64, 64, 64, 64, 64, 64]
/** Segments that it goes back at most, those that are passed over counted: some 4,000,000 invocations. */
const SEGMENTS_MAX = 4096
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
      const location = await this.#redis.hget(keys.journalIds(id.slice(0, 1)), id)
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
    const start = Math.min(Number(last), after?.segment ?? Number.POSITIVE_INFINITY)
    const lowest = Math.max(Number(first), start - SEGMENTS_MAX + 1)
    let left = Array.from({ length: Math.max(0, start - lowest + 1) }, (_, n) => start - n)
    for (const count of SEGMENTS_AT_ONCE) {
      const { places, isPast } = await this.#rows(log, left.splice(0, count), { test, after })
      yield places
      if (isPast) return
      if (left.length === 0) break
      // The newest are mostly enough; else most of the others are passed over, by their marks.
      if (count !== SEGMENTS_AT_ONCE[0]) continue
      const marks = await this.#redis.hgetall(keys.journalMarks(log))
      left = left.filter((number) => mayFit(marks[number], test))
    }
    if (left.length > 0) yield { segment: (left[0] as number) + 1, index: 0 }
    else if (lowest > Number(first)) yield { segment: lowest, index: 0 }
  }

  /** Where in these segments rows fit; `isPast`: nothing that is older can. */
  async #rows(
    log: string,
    numbers: readonly number[],
    { test, after }: { test: RowTest; after: Place | undefined },
  ): Promise<{ places: Place[]; isPast: boolean }> {
    const all = await Promise.all(
      numbers.map((number) => this.#redis.getBuffer(keys.journalRows(`${log}:${number}`))),
    )
    const places: Place[] = []
    for (const [i, segment] of numbers.entries()) {
      const rows = all[i]
      if (!rows) continue
      const end = segment === after?.segment ? after.index : undefined
      const { indexes, isPast } = findRows(rows, test, end)
      for (const index of indexes) places.push({ segment, index })
      if (isPast) return { places, isPast }
    }
    return { places, isPast: false }
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
