import { keys } from '../keys.ts'
import type { Redis } from '../redis/redis.ts'
import type { Invocation } from './invocation.ts'
import { type RecordFields, readRecord } from './invocation-record.ts'

export interface PageRequest {
  /** Records of the page at most. */
  limit: number
  /** Records that are looked at for it at most. */
  looks: number
  /** `cursor` of the page before. */
  cursor?: string
  /** Only those made then, both included (ms since 1970). */
  fromMs?: number | undefined
  toMs?: number | undefined
  wanted(invocation: Invocation): boolean
}

const BATCH = 100

/** All of a record but its event and its result, which a list has no place for. */
const BRIEF_FIELDS = [
  'fn',
  'version',
  'state',
  'cause',
  'at',
  'attempts',
  'owner',
  'started',
  'ended',
  'error',
  'to',
  'deliveries',
  'deliveryError',
  'delivered',
  'undelivered',
  'redriven',
]

interface Row {
  id: string
  /** When it was made or filed (ms since 1970). */
  score: string
}

/**
 * Reads a page of the records that a sorted set names, newest first. It can be shorter than its
 * limit, or empty, and still have a cursor: a filter looks at a bounded number of records.
 */
export async function readPage(
  redis: Redis,
  index: string,
  request: PageRequest,
): Promise<{ invocations: Invocation[]; cursor?: string }> {
  const { limit, looks, wanted } = request
  const found = await readRows(redis, index, request)
  const rows = found.slice(0, looks)
  const invocations: Invocation[] = []
  let last: Row | undefined
  for (let at = 0; at < rows.length && invocations.length < limit; at += BATCH) {
    const batch = rows.slice(at, at + BATCH)
    const records = await Promise.all(batch.map(({ id }) => readBrief(redis, id)))
    for (const [i, record] of records.entries()) {
      if (invocations.length === limit) break
      last = batch[i]
      if (record && wanted(record)) invocations.push(record)
    }
  }
  if (last === undefined || last === found.at(-1)) return { invocations }
  return { invocations, cursor: `${last.id}.${last.score}` }
}

/**
 * One more than are looked at, to know whether it goes on. By score and id and not by rank: what is added
 * or leaves meanwhile moves nobody's place.
 */
async function readRows(
  redis: Redis,
  index: string,
  {
    cursor,
    looks,
    fromMs = Number.NEGATIVE_INFINITY,
    toMs = Number.POSITIVE_INFINITY,
  }: PageRequest,
): Promise<Row[]> {
  const min = Number.isFinite(fromMs) ? fromMs : '-inf'
  const max = Number.isFinite(toMs) ? toMs : '+inf'
  if (cursor === undefined) return rowsBetween(redis, index, { min, max, count: looks + 1 })
  const [id = '', score = ''] = cursor.split('.')
  if (!/^\d+$/.test(score)) return []
  if (Number(score) > toMs) return rowsBetween(redis, index, { min, max, count: looks + 1 })
  // Those of the same millisecond are in the order of their ids; the cursor's own may have left.
  const ties = await redis.zcount(index, score, score)
  const rows = await rowsBetween(redis, index, { min, max: score, count: ties + looks + 1 })
  return rows.filter((row) => row.score !== score || row.id < id).slice(0, looks + 1)
}

async function rowsBetween(
  redis: Redis,
  index: string,
  { min, max, count }: { min: number | string; max: number | string; count: number },
): Promise<Row[]> {
  const flat = await redis.zrevrangebyscore(index, max, min, 'WITHSCORES', 'LIMIT', 0, count)
  return Array.from({ length: flat.length / 2 }, (_, at) => ({
    id: flat[2 * at] as string,
    score: flat[2 * at + 1] as string,
  }))
}

async function readBrief(redis: Redis, id: string): Promise<Invocation | undefined> {
  const values = await redis.hmgetBuffer(keys.invocation(id), ...BRIEF_FIELDS)
  const fields: RecordFields = {}
  for (const [i, name] of BRIEF_FIELDS.entries()) {
    const value = values[i]
    if (value) fields[name] = value
  }
  return fields.state ? readRecord(id, fields) : undefined
}
