import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InvocationFilter } from '../core/invocations/invocation-filter.ts'
import { noTimings } from '../core/invocations/timings.ts'
import type { EndedRecord } from '../core/journal/ended-invocation.ts'
import { JournalStore } from '../core/journal/journal-store.ts'
import { keys } from '../core/keys.ts'
import { createLogger } from '../core/logs/logger.ts'
import { connectRedis, type Redis } from '../core/redis/redis.ts'
import { startRedisServer } from '../platform/redis-server.ts'
import { readSetupResult } from '../setup/setup-result.ts'
import { ms, type Row, type Unmeasured } from './report/row.ts'
import { medianOf, once } from './statistics.ts'

const RECORDS = 1_000_000
const FUNCTIONS = 500
const BATCH = 10_000
/** Each filter is asked for so many pages, one after the other, as long as there are some. */
const PAGES = 5
const LIMIT = 50
const PAGE_MS_MAX = 50
/** Time between two of them. */
const STEP_MS = 500

/** Of each function; the journal reads no more of it. */
const CREATED_AT = new Date().toISOString()
const DEFINITION = JSON.stringify({ createdAt: CREATED_AT })

/** Filters from what everything fits to what nothing does; each bit of the last is there, never both at once. */
const FILTERS: Record<string, InvocationFilter> = {
  all: {},
  failed: { state: 'failed' },
  'one in 50,000': { error: 'Rare' },
  'an old day': { toMs: Date.now() - (RECORDS / 2) * STEP_MS, state: 'failed' },
  'cold starts of a version': { start: 'new', version: '7' },
  'none of all': { start: 'new', error: 'Rare' },
  'a version that never was': { version: '1234' },
}

interface Figures {
  bytesPerRecord: number
  microsecondsPerRecord: number
  /** Of each filter, of all its pages. */
  pages: Record<string, number[]>
  findMs: number[]
}

/** What it takes to keep a million synchronous invocations, and to find some of them. */
export async function measureRecords(): Promise<(Row | Unmeasured)[]> {
  const { redis } = readSetupResult()
  if (redis.state !== 'ready') return [{ what: 'records', reason: 'there is no redis-server here' }]
  const one = await measure(redis.value, 1)
  const many = await measure(redis.value, FUNCTIONS)
  return [...rowsOf('of one function', one), ...rowsOf(`of ${FUNCTIONS} functions`, many)]
}

async function measure(program: string, functions: number): Promise<Figures> {
  const directory = await mkdtemp(join(tmpdir(), 'hearth-bench-'))
  const log = createLogger({ LOG_LEVEL: 'silent' })
  const server = await startRedisServer({ program, directory, log })
  const redis = await connectRedis(server.url)
  try {
    const limits = { count: RECORDS, bytes: 1e12, allCount: 2 * RECORDS, allBytes: 1e12 }
    const journal = new JournalStore(redis, { ...limits, ageMs: 30 * 24 * 3600_000 })
    for (let f = 0; f < functions; f += 1) await redis.hset(keys.functions, nameOf(f), DEFINITION)
    const before = await usedBytes(redis)
    const { ids, writeMs } = await fill(journal, functions)
    return {
      bytesPerRecord: ((await usedBytes(redis)) - before) / RECORDS,
      microsecondsPerRecord: (writeMs * 1000) / RECORDS,
      pages: await timePages(journal),
      findMs: await timeFinds(journal, ids),
    }
  } finally {
    redis.disconnect()
    await server.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

const nameOf = (f: number) => `function-${f}`

async function fill(
  journal: JournalStore,
  functions: number,
): Promise<{ ids: string[]; writeMs: number }> {
  const ids: string[] = []
  let writeMs = 0
  for (let n = 0; n < RECORDS; n += BATCH) {
    for (let i = 0; i < BATCH; i += 1) {
      const record = recordOf(n + i, functions)
      if (i === 0) ids.push(record.id)
      journal.writer.add({ functionName: record.functionName, make: () => record, bytes: 0 })
    }
    const started = performance.now()
    await journal.writer.flush()
    writeMs += performance.now() - started
  }
  return { ids, writeMs }
}

/** One in a hundred fails, one in a thousand was cold: never one of the rare errors. */
function recordOf(n: number, functions: number): EndedRecord {
  const createdAtMs = Date.now() - (RECORDS - n) * STEP_MS
  const isRare = n % 50_000 === 49_999
  const failure = isRare ? 'Rare' : n % 100 === 50 ? 'TypeError' : undefined
  const start = n % 1000 === 0 ? 'new' : 'warm'
  return {
    id: randomUUID(),
    functionName: nameOf(n % functions),
    functionCreatedAt: CREATED_AT,
    version: n % 3 === 0 ? '7' : '$LATEST',
    kind: 'request',
    createdAtMs,
    endedAtMs: createdAtMs + 12,
    durationMs: 11.234 + (n % 1000) / 1000,
    memoryMb: 61,
    timings: { ...noTimings(), queueMs: 0.012, handlerMs: 11.2, responseMs: 0.234, start },
    ...(failure && { errorType: failure, errorMessage: 'Cannot read properties of undefined' }),
  }
}

async function timePages(journal: JournalStore): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = {}
  for (const [name, filter] of Object.entries(FILTERS)) {
    times[name] = await pagesOf(journal, filter)
    times[`${name}, of the function`] = await pagesOf(journal, {
      ...filter,
      functionName: nameOf(0),
    })
  }
  return times
}

async function pagesOf(journal: JournalStore, filter: InvocationFilter): Promise<number[]> {
  const times: number[] = []
  let cursor: string | undefined
  do {
    const started = performance.now()
    const page = await journal.page({ filter, limit: LIMIT, ...(cursor && { cursor }) })
    times.push(performance.now() - started)
    cursor = page.cursor
  } while (cursor && times.length < PAGES)
  return times
}

async function timeFinds(journal: JournalStore, ids: string[]): Promise<number[]> {
  const times: number[] = []
  for (const id of [...ids, randomUUID()]) {
    const started = performance.now()
    await journal.find(id)
    times.push(performance.now() - started)
  }
  return times
}

async function usedBytes(redis: Redis): Promise<number> {
  const [, bytes] = /used_memory:(\d+)/.exec(await redis.info('memory')) ?? []
  return Number(bytes)
}

function rowsOf(of: string, figures: Figures): Row[] {
  const { bytesPerRecord, microsecondsPerRecord, pages, findMs } = figures
  const medians = Object.entries(pages)
    .map(([name, times]): [name: string, ms: number] => [name, medianOf(times)])
    .sort((one, other) => other[1] - one[1])
  const [slowest, slowestMs] = medians[0] ?? ['', Number.NaN]
  const all = Object.values(pages).flat()
  const others = medians.map(([name, median]) => `${name} ${ms(median)}`).join(', ')
  return [
    {
      what: `1,000,000 records ${of}: a page by the slowest filter, p50`,
      figure: ms(slowestMs),
      against: `"${slowest}"; all: ${others}; slowest of ${all.length} pages ${ms(Math.max(...all))}`,
      ...once(slowestMs),
      budget: { atMost: PAGE_MS_MAX },
    },
    {
      what: `1,000,000 records ${of}: found by id, p50`,
      figure: ms(medianOf(findMs)),
      against: `${findMs.length} ids, the slowest ${ms(Math.max(...findMs))}`,
      ...once(medianOf(findMs)),
      budget: { atMost: PAGE_MS_MAX },
    },
    {
      what: `1,000,000 records ${of}: memory of each, in bytes`,
      figure: `${Math.round(bytesPerRecord)} B`,
      against: 'used_memory of Redis',
      ...once(bytesPerRecord),
      budget: { atMost: 512 },
    },
    {
      what: `1,000,000 records ${of}: writing each, in µs`,
      figure: `${microsecondsPerRecord.toFixed(1)} µs`,
      against: 'both sides, in batches, each on disk',
      ...once(microsecondsPerRecord),
    },
  ]
}
