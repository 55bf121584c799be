import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Invocation } from '../core/invocations/invocation.ts'
import { wrk } from './load/wrk.ts'
import { type MeasuredPlatform, request, withPlatform } from './platform.ts'
import { ms, type Row } from './report/row.ts'
import { once, percentile } from './statistics.ts'

const QUIET_SECONDS = 30
const HOSTILE_SECONDS = 60
const EVENTS_PER_SECOND = 10_000
const CLIENTS = 64
/** The neighbour is called so often, whatever becomes of the calls before. */
const CALL_EVERY_MS = 50
/** One event of the neighbour for so many of its calls. */
const CALLS_PER_EVENT = 10
/** As a web API that asks a database. */
const NEIGHBOUR = `export const handler = () => new Promise((resolve) => setTimeout(resolve, 50, 'ok'))`
const HOSTILE = 'export const handler = async () => { throw new Error("no") }'

/** What a function that is sent 10,000 events a second, each of which fails, does to another one. */
export async function measureHostile(): Promise<Row[]> {
  return await withPlatform({}, beside)
}

async function beside(platform: MeasuredPlatform): Promise<Row[]> {
  const { url } = platform
  await request(`${url}/functions`, 'POST', { name: 'neighbour', source: NEIGHBOUR })
  await request(`${url}/functions`, 'POST', { name: 'hostile', source: HOSTILE })
  await measureNeighbour(platform, 5)
  const quiet = await measureNeighbour(platform, QUIET_SECONDS)
  const target = {
    url: `${url}/functions/hostile/invocations`,
    body: '{"n":1}',
    headers: { prefer: 'respond-async' },
  }
  const [load, loaded] = await Promise.all([
    wrk(target, {
      clients: CLIENTS,
      seconds: HOSTILE_SECONDS,
      perSecond: EVENTS_PER_SECOND,
      isRefusalFine: true,
    }),
    measureNeighbour(platform, HOSTILE_SECONDS),
  ])
  return [
    {
      what: 'p99 of a function beside a hostile one',
      figure: ms(loaded.p99Ms),
      against: `without it ${ms(quiet.p99Ms)}; ${Math.round(load.perSecond).toLocaleString('en')} events/s`,
      ...once(loaded.p99Ms / quiet.p99Ms),
      budget: { atMost: 1.2 },
    },
    {
      what: 'its oldest waiting event, in s',
      figure: `${loaded.oldestSeconds.toFixed(2)} s`,
      against: `without it ${quiet.oldestSeconds.toFixed(2)} s`,
      ...once(loaded.oldestSeconds),
      budget: { atMost: 5 },
    },
  ]
}

/** Calls at a fixed rate, each measured from when it was due. */
async function measureNeighbour({ url }: MeasuredPlatform, seconds: number) {
  const invocations = `${url}/functions/neighbour/invocations`
  const startedAt = performance.now()
  const latencies: number[] = []
  const events: string[] = []
  const calls: Promise<void>[] = []
  for (let call = 0; call * CALL_EVERY_MS < seconds * 1000; call += 1) {
    const due = startedAt + call * CALL_EVERY_MS
    await sleep(Math.max(0, due - performance.now()))
    const answered = request(invocations, 'POST', {}).then(() => {
      latencies.push(performance.now() - due)
    })
    calls.push(answered)
    if (call % CALLS_PER_EVENT === 0) calls.push(accept(invocations, events))
  }
  await Promise.all(calls)
  const waits = await Promise.all(events.map((id) => waitOf(`${url}/invocations/${id}`)))
  latencies.sort((a, b) => a - b)
  return { p99Ms: percentile(latencies, 0.99), oldestSeconds: Math.max(...waits) / 1000 }
}

async function accept(url: string, events: string[]): Promise<void> {
  const headers = { prefer: 'respond-async', 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: '{}' })
  if (response.status !== 202) throw new Error(`${url} answered ${response.status}`)
  events.push(((await response.json()) as { id: string }).id)
}

/** From when an event was accepted to its first attempt, in milliseconds. */
async function waitOf(url: string): Promise<number> {
  const { createdAt, attempts } = await request<Invocation>(url, 'GET')
  const started = attempts[0]?.startedAt
  return (started === undefined ? Date.now() : Date.parse(started)) - Date.parse(createdAt)
}
