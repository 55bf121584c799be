import { setTimeout as wait } from 'node:timers/promises'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { answered, type Client, inPath } from './client.ts'
import type { LogFilter, LogLine } from './expected-paths.ts'
import { EXIT, Problem } from './problem.ts'

/** Where the platform tells nothing live, it is asked so often. */
const LOOK_MS = 250
/** A platform that went away is asked so often whether it is there again. */
const AGAIN_MS = 1000
const PAGE = 1000

export interface Following {
  name: string
  filter: LogFilter
  /** What was shown already: the last lines before. */
  seen: readonly LogLine[]
  /** Lines before this time, ISO 8601, are none of it. */
  since?: string
  signal: AbortSignal
  show(line: LogLine): void
}

/** Shows a function's lines as they come, until the signal; a connection that breaks is made again. */
export async function follow(client: Client, following: Following): Promise<void> {
  const { signal } = following
  let after: string | undefined
  while (!signal.aborted) {
    try {
      const live = await stream(client, following, after)
      if (live === 'not offered') return await look(client, following)
      after = live.lastId
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof Problem && error.exitCode !== EXIT.unreachable) throw error
    }
    await wait(AGAIN_MS, undefined, { signal }).catch(() => undefined)
  }
}

/** Resolves when the connection ends, with the id of the last line. */
async function stream(client: Client, following: Following, after?: string) {
  const { name, filter, signal, show, seen, since = '' } = following
  const last = seen.at(-1)?.time
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(filter)) query.set(key, String(value))
  const headers: Record<string, string> = { accept: 'text/event-stream' }
  if (after !== undefined) headers['last-event-id'] = after
  const route = `/functions/${inPath(name)}/logs/live`
  const response = await client.raw(`${route}?${query}`, { headers, signal }, [404])
  if (response.status === 404 || !response.body) {
    await response.body?.cancel()
    return 'not offered' as const
  }
  const events = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
  let lastId = after
  for await (const { id, event, data } of events) {
    if (id !== undefined) lastId = id
    if (event !== undefined && event !== 'line') continue
    const line = JSON.parse(data) as LogLine
    if (line.time < since) continue
    // What the page before showed may be told again.
    if (after === undefined && last !== undefined && line.time <= last && isIn(seen, line)) continue
    show(line)
  }
  return { lastId }
}

function isIn(lines: readonly LogLine[], line: LogLine): boolean {
  return lines.some(
    ({ time, text, invocationId }) =>
      time === line.time && text === line.text && invocationId === line.invocationId,
  )
}

/** The same by asking again and again: at most 1,000 lines between two looks are seen. */
async function look({ api }: Client, following: Following): Promise<void> {
  const { name, filter, seen, signal, show, since = '' } = following
  let before = seen
  while (!signal.aborted) {
    try {
      const query = { ...filter, limit: PAGE }
      const params = { path: { name }, query }
      const { lines } = answered(await api.GET('/functions/{name}/logs', { params }))
      for (const line of linesAfter(before, lines)) if (line.time >= since) show(line)
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
