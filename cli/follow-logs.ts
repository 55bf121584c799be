import { setTimeout as wait } from 'node:timers/promises'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import type { LogFilter, LogLine } from '../api/shapes.ts'
import { type Client, inPath, Refusal } from './client.ts'
import { EXIT, Problem } from './problem.ts'

/** A platform that went away is asked so often whether it is there again. */
const AGAIN_MS = 1000

export interface Following {
  name: string
  filter: LogFilter
  /** The page that was shown before: what follows it is shown. */
  page: { after: string }
  signal: AbortSignal
  show(line: LogLine): void
  /** Called where lines were written faster than they could be sent. */
  missed(lines: number): void
  /** Called whenever the platform was reached, and with why where it was not. */
  away(problem?: Problem): void
}

/**
 * Shows a function's lines as they come, until the signal. A connection that breaks, or that is refused
 * for the moment, is made again, and goes on where it was. Throws Problem where it is refused for good.
 */
export async function follow(client: Client, following: Following): Promise<void> {
  const { signal, page } = following
  const position = { after: page.after }
  while (!signal.aborted) {
    let pauseMs = AGAIN_MS
    try {
      await stream(client, following, position)
    } catch (error) {
      if (signal.aborted) return
      if (!mayPass(error)) throw error
      if (error instanceof Refusal) pauseMs = error.retryAfterMs ?? AGAIN_MS
      else if (error instanceof Problem) following.away(error)
    }
    await wait(pauseMs, undefined, { signal }).catch(() => undefined)
  }
}

/** The platform is away or starting, what stands before it finds nobody, or too many follow already. */
function mayPass(error: unknown): boolean {
  if (error instanceof Refusal) return error.status === 429 || error.status >= 500
  // Also what breaks while the stream is read, which is no Problem.
  return !(error instanceof Problem) || error.exitCode === EXIT.unreachable
}

/** Resolves when the connection ends; `position` is the id of the last event, also if it broke. */
async function stream(
  client: Client,
  { name, filter, signal, show, missed, away }: Following,
  position: { after: string },
): Promise<void> {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(filter)) query.set(key, String(value))
  const headers = { accept: 'text/event-stream', 'last-event-id': position.after }
  const route = `/functions/${inPath(name)}/logs/live`
  const { body } = await client.stream(`${route}?${query}`, { headers, signal })
  away()
  const events = body
    // By itself the request forgets its caller's signal, once it is answered and collected.
    ?.pipeThrough(new TextDecoderStream(), { signal })
    .pipeThrough(new EventSourceParserStream())
  for await (const { id, event, data } of events ?? []) {
    if (id !== undefined) position.after = id
    if (event === 'missed') missed((JSON.parse(data) as { lines: number }).lines)
    if (event === 'line') show(JSON.parse(data) as LogLine)
  }
}
