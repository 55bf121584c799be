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
const BEHIND_ALL = 1e9

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

/**
 * Reads a page of the records that a sorted set names, newest first. It can be shorter than its
 * limit, or empty, and still have a cursor: a filter looks at a bounded number of records.
 */
export async function readPage(
  redis: Redis,
  index: string,
  request: PageRequest,
): Promise<{ invocations: Invocation[]; cursor?: string }> {
  const { limit, wanted } = request
  const { start, looks, isLast } = await rangeOf(redis, index, request)
  if (looks <= 0) return { invocations: [] }
  const rows = await redis.zrevrange(index, start, start + looks - 1, 'WITHSCORES')
  const ids = rows.filter((_, at) => at % 2 === 0)
  const invocations: Invocation[] = []
  let last: string | undefined
  for (let at = 0; at < ids.length && invocations.length < limit; at += BATCH) {
    const batch = ids.slice(at, at + BATCH)
    const records = await Promise.all(batch.map((id) => readBrief(redis, id)))
    for (const [i, record] of records.entries()) {
      if (invocations.length === limit) break
      last = batch[i]
      if (record && wanted(record)) invocations.push(record)
    }
  }
  const hasReachedEnd = last === ids.at(-1) && (isLast || ids.length < looks)
  if (last === undefined || hasReachedEnd) return { invocations }
  return { invocations, cursor: `${last}.${rows[2 * ids.indexOf(last) + 1]}` }
}

/** Where to look, by rank from the newest on. */
async function rangeOf(
  redis: Redis,
  index: string,
  { cursor, looks, fromMs, toMs }: PageRequest,
): Promise<{ start: number; looks: number; isLast: boolean }> {
  const [after, newer, older] = await Promise.all([
    rankAfter(redis, index, cursor),
    toMs === undefined ? 0 : redis.zcount(index, `(${toMs}`, '+inf'),
    fromMs === undefined ? 0 : redis.zcount(index, '-inf', `(${fromMs}`),
  ])
  const start = Math.max(after, newer)
  if (older === 0) return { start, looks, isLast: false }
  const left = (await redis.zcard(index)) - older - start
  return { start, looks: Math.min(looks, left), isLast: left <= looks }
}

async function rankAfter(redis: Redis, index: string, cursor?: string): Promise<number> {
  if (cursor === undefined) return 0
  const [id = '', score = ''] = cursor.split('.')
  const rank = await redis.zrevrank(index, id)
  if (rank !== null) return rank + 1
  // It has left the list meanwhile; its place is behind all that are newer.
  return /^\d+$/.test(score) ? await redis.zcount(index, `(${score}`, '+inf') : BEHIND_ALL
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
