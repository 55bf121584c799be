import { type LoggedRequest, parseLine } from './access-log.ts'

/** Different values that are counted one by one; whatever comes after them is counted together. */
const DISTINCT_MAX = 50_000
const TOP = 10
const HOUR_MS = 3_600_000

export interface Count {
  value: string
  requests: number
}

/** Requests of one hour (UTC), by what became of them. */
export interface Hour {
  start: string
  succeeded: number
  clientErrors: number
  serverErrors: number
}

export interface Report {
  source: string
  requests: number
  bytes: number
  clients: number
  /** Lines that are not of the combined format. */
  unreadableLines: number
  statuses: Count[]
  paths: Count[]
  /** Paths that were answered with 500 or more. */
  failingPaths: Count[]
  agents: Count[]
  /** From the first to the last hour that had a request, those without one left out. */
  hours: Hour[]
}

class Counter {
  readonly #counts = new Map<string, number>()
  #others = 0

  add(value: string): void {
    const count = this.#counts.get(value)
    if (count === undefined && this.#counts.size >= DISTINCT_MAX) this.#others++
    else this.#counts.set(value, (count ?? 0) + 1)
  }

  get size(): number {
    return this.#counts.size
  }

  top(limit = TOP): Count[] {
    const counts = [...this.#counts].map(([value, requests]) => ({ value, requests }))
    counts.sort((a, b) => b.requests - a.requests || a.value.localeCompare(b.value))
    const others = this.#others > 0 ? [{ value: '(others)', requests: this.#others }] : []
    return [...counts.slice(0, limit), ...others]
  }
}

/** Reads a log line by line and keeps only counts. */
export async function reportOf(source: string, lines: AsyncIterable<string>): Promise<Report> {
  const counters = {
    clients: new Counter(),
    statuses: new Counter(),
    paths: new Counter(),
    failingPaths: new Counter(),
    agents: new Counter(),
  }
  const hours = new Map<number, Hour>()
  let [requests, bytes, unreadableLines] = [0, 0, 0]
  for await (const line of lines) {
    if (line.trim() === '') continue
    const request = parseLine(line)
    if (!request) {
      unreadableLines++
      continue
    }
    requests++
    bytes += request.bytes
    counters.clients.add(request.client)
    counters.statuses.add(String(request.status))
    counters.paths.add(request.path)
    counters.agents.add(request.agent)
    if (request.status >= 500) counters.failingPaths.add(request.path)
    addToHour(hours, request)
  }
  return {
    source,
    requests,
    bytes,
    clients: counters.clients.size,
    unreadableLines,
    statuses: counters.statuses.top(),
    paths: counters.paths.top(),
    failingPaths: counters.failingPaths.top(),
    agents: counters.agents.top(),
    hours: [...hours.values()].sort((a, b) => a.start.localeCompare(b.start)),
  }
}

function addToHour(hours: Map<number, Hour>, { time, status }: LoggedRequest): void {
  const startMs = Math.floor(time.getTime() / HOUR_MS) * HOUR_MS
  let hour = hours.get(startMs)
  if (!hour) {
    if (hours.size >= DISTINCT_MAX) return
    const start = new Date(startMs).toISOString()
    hour = { start, succeeded: 0, clientErrors: 0, serverErrors: 0 }
    hours.set(startMs, hour)
  }
  if (status >= 500) hour.serverErrors++
  else if (status >= 400) hour.clientErrors++
  else hour.succeeded++
}
