import { setTimeout as wait } from 'node:timers/promises'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import type { LogFilter, LogLine } from '../api/shapes.ts'
import { answered, type Client, inPath } from './client.ts'
import { EXIT, Problem } from './problem.ts'

/** Where the platform tells nothing live, it is asked so often. */
const LOOK_MS = 250
/** A platform that went away is asked so often whether it is there again. */
const AGAIN_MS = 1000
const PAGE = 1000

export interface Following {
  name: string
  filter: LogFilter
  /** The page that was shown before: what is in it is not shown again. */
  page: { lines: readonly LogLine[]; after?: string | undefined }
  signal: AbortSignal
  show(line: LogLine): void
  /** Called where lines were written faster than they could be sent. */
  missed(lines: number): void
}

/** Shows a function's lines as they come, until the signal; a connection that breaks is made again. */
export async function follow(client: Client, following: Following): Promise<void> {
  const { signal, page } = following
  const position: Position = { after: page.after }
  while (!signal.aborted) {
    try {
      if ((await stream(client, following, position)) === 'not offered') {
        await look(client, following)
        return
      }
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof Problem && error.exitCode !== EXIT.unreachable) throw error
    }
    await wait(AGAIN_MS, undefined, { signal }).catch(() => undefined)
  }
}

interface Position {
  /** Id of the last event; absent where the platform has told none. */
  after: string | undefined
}

/** Resolves when the connection ends; `position` is where it ended, also if it broke. */
async function stream(
  client: Client,
  { name, filter, signal, show, page, missed }: Following,
  position: Position,
): Promise<'ended' | 'not offered'> {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(filter)) query.set(key, String(value))
  const headers: Record<string, string> = { accept: 'text/event-stream' }
  if (position.after !== undefined) headers['last-event-id'] = position.after
  const mayRepeat = position.after === undefined
  const route = `/functions/${inPath(name)}/logs/live`
  // Of an older platform, or of one where too many follow already.
  const response = await client.raw(`${route}?${query}`, { headers, signal }, [404, 429])
  if (!response.ok || !response.body) {
    await response.body?.cancel()
    return 'not offered'
  }
  const events = response.body
    // By itself the request forgets its caller's signal, once it is answered and collected.
    .pipeThrough(new TextDecoderStream(), { signal })
    .pipeThrough(new EventSourceParserStream())
  for await (const { id, event, data } of events) {
    if (id !== undefined) position.after = id
    if (event === 'missed') missed((JSON.parse(data) as { lines: number }).lines)
    if (event !== 'line') continue
    const line = JSON.parse(data) as LogLine
    if (!(mayRepeat && isIn(page.lines, line))) show(line)
  }
  return 'ended'
}

function isIn(lines: readonly LogLine[], line: LogLine): boolean {
  return lines.some(
    ({ time, text, invocationId }) =>
      time === line.time && text === line.text && invocationId === line.invocationId,
  )
}

/** The same by asking again and again: at most 1,000 lines between two looks are seen. */
async function look({ api }: Client, following: Following): Promise<void> {
  const { name, filter, page, signal, show } = following
  let before = page.lines
  while (!signal.aborted) {
    try {
      const query = { ...filter, limit: PAGE }
      const params = { path: { name }, query }
      const { lines } = answered(await api.GET('/functions/{name}/logs', { params }))
      for (const line of linesAfter(before, lines)) show(line)
      before = lines
    } catch (error) {
      if (!(error instanceof Problem && error.exitCode === EXIT.unreachable)) throw error
    }
    await wait(LOOK_MS, undefined, { signal }).catch(() => undefined)
  }
}

/** What `now` has that `before` had not: both are the last lines of one log, oldest first. */
export function linesAfter(
  before: readonly LogLine[],
  now: readonly LogLine[],
): readonly LogLine[] {
  const keys = now.map(keyOf)
  const known = before.map(keyOf)
  for (let overlap = Math.min(known.length, keys.length); overlap > 0; overlap -= 1) {
    const tail = known.slice(known.length - overlap)
    // The first page was shorter: what it showed may lie anywhere in the next one.
    for (let start = 0; start + overlap <= keys.length; start += 1) {
      if (tail.every((key, index) => key === keys[start + index])) return now.slice(start + overlap)
    }
  }
  return now
}

function keyOf({ time, invocationId = '', text }: LogLine): string {
  return `${time} ${invocationId} ${text}`
}
