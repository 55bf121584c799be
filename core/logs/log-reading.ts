import { keys } from '../keys.ts'
import { askRedis, type Redis } from '../redis/redis.ts'
import { decodeChunk, type PlacedLine } from './log-chunk.ts'
import { type LogPosition, parsePosition, positionText } from './log-position.ts'

/** Chunks that are read at once, of 64 KB each. */
const PAGE_CHUNKS = 8

/** How much of a function's log there is, and what is gone. */
export interface LogState {
  /** The end: the position of the last line, those that were dropped included. */
  end: LogPosition
  lines: number
  bytes: number
  /** Lines that are not kept any more, or never were. */
  dropped: number
  /** When the newest of them was there still, or was dropped; epoch milliseconds. */
  droppedUntilMs?: number
  /** For how long a line is kept, where the function says so itself. */
  retentionMs?: number
}

/** Of a function that has written nothing, all is 0. */
export async function readLogState(redis: Redis, functionName: string): Promise<LogState> {
  const [state, retention] = await askRedis(() =>
    Promise.all([
      redis.hgetall(keys.logState(functionName)),
      redis.hget(keys.logRetention, functionName),
    ]),
  )
  const { epoch = 0, next = 0, lines = 0, bytes = 0, dropped = 0, droppedUntil } = state
  return {
    end: { epoch: Number(epoch), number: Number(next) },
    lines: Number(lines),
    bytes: Number(bytes),
    dropped: Number(dropped),
    ...(droppedUntil !== undefined && { droppedUntilMs: Number(droppedUntil) }),
    ...(retention !== null && { retentionMs: Number(retention) }),
  }
}

interface Page {
  /** Lines that were kept from `sinceMs` on, oldest first. */
  lines: PlacedLine[]
  /** Of the chunks that were read, the first and the last; undefined where there were none. */
  ends: [first: LogPosition, last: LogPosition] | undefined
}

/** Pages of lines after a position, oldest first; what was kept before `sinceMs` is left out. */
export async function* readForwards(
  redis: Redis,
  functionName: string,
  { after, sinceMs = 0 }: { after?: LogPosition; sinceMs?: number } = {},
): AsyncGenerator<PlacedLine[]> {
  let from = after
  for (;;) {
    const page = await readPage(redis, functionName, { after: from, sinceMs })
    if (!page.ends) return
    yield page.lines
    from = page.ends[1]
  }
}

/** Pages of lines up to a position, the newest page first, each of them oldest line first. */
export async function* readBackwards(
  redis: Redis,
  functionName: string,
  { upTo, sinceMs = 0 }: { upTo: LogPosition; sinceMs?: number },
): AsyncGenerator<PlacedLine[]> {
  let end: LogPosition | undefined = upTo
  while (end) {
    const before: string = positionText(end)
    const entries = await askRedis(() =>
      redis.xrevrange(keys.log(functionName), before, '-', 'COUNT', PAGE_CHUNKS),
    )
    const { lines, ends } = pageOf(entries.reverse(), sinceMs)
    yield lines
    end = ends && ends[0].number > 1 ? { ...ends[0], number: ends[0].number - 1 } : undefined
  }
}

/** The next lines after a position, at most a page of chunks. */
export async function readPage(
  redis: Redis,
  functionName: string,
  { after, sinceMs = 0 }: { after?: LogPosition | undefined; sinceMs?: number },
): Promise<Page> {
  const from = after ? positionText({ ...after, number: after.number + 1 }) : '-'
  const entries = await askRedis(() =>
    redis.xrange(keys.log(functionName), from, '+', 'COUNT', PAGE_CHUNKS),
  )
  const page = pageOf(entries, sinceMs)
  if (!after) return page
  const { epoch, number } = after
  const lines = page.lines.filter(
    ({ position }) => position.epoch !== epoch || position.number > number,
  )
  return { ...page, lines }
}

function pageOf(entries: [id: string, fields: string[]][], sinceMs: number): Page {
  const lines: PlacedLine[] = []
  const lasts: LogPosition[] = []
  for (const [id, fields] of entries) {
    const [, , , time, , data = ''] = fields
    const last = parsePosition(id)
    if (!last) continue
    lasts.push(last)
    if (Number(time) >= sinceMs) lines.push(...decodeChunk(data, last))
  }
  const [first] = lasts
  const last = lasts.at(-1)
  return { lines, ends: first && last && [first, last] }
}
