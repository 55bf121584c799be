import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { Queue, Worker } from 'bullmq'
import type { Bench } from './bench.ts'
import { type LoadResult, wrk } from './load/wrk.ts'
import { type MeasuredPlatform, request, until, withPlatform } from './platform.ts'
import { perSecond, type Row } from './report/row.ts'
import { medianOf, overRounds } from './statistics.ts'

const ROUNDS = { full: 5, quick: 2 }
const ACCEPT_SECONDS = 2
/** About as many as are accepted in that time. */
const EVENTS = 30_000
const IN_FLIGHT = 64
const WORKER_CONCURRENCY = 50
const SOURCE = 'export const handler = async () => null'

interface Figures {
  add: number
  process: number
  accept: number
  drain: number
}

/**
 * Accepting and working off asynchronous events, beside BullMQ on a Redis with the same durability,
 * A B A B: each figure right behind what it is measured against, since the machine's own speed
 * drifts. Medians of the rounds, the first of which warms both sides up and is not counted.
 */
export async function measureAsynchronous({ quick }: Bench): Promise<Row[]> {
  return await withPlatform({}, async (platform) => {
    const redisSocket = join(platform.dataDir, 'redis', 'redis.sock')
    await request(`${platform.url}/functions`, 'POST', { name: 'drained', source: SOURCE })
    const rounds: Figures[] = []
    for (let round = 0; round <= ROUNDS[quick ? 'quick' : 'full']; round += 1) {
      const add = await bullmqAdd(redisSocket)
      const accepted = await accept(platform)
      const processed = await bullmqProcess(redisSocket)
      const drained = await drain(platform, accepted.answers)
      rounds.push({ add, process: processed, accept: accepted.perSecond, drain: drained })
    }
    return rowsOf(rounds.slice(1))
  })
}

function rowsOf(rounds: Figures[]): Row[] {
  const figure = (name: keyof Figures) => perSecond(medianOf(rounds.map((round) => round[name])))
  const ratio = (ours: keyof Figures, theirs: keyof Figures) =>
    overRounds(rounds.map((round) => round[ours] / round[theirs]))
  return [
    {
      what: 'asynchronous: accept over HTTP',
      figure: figure('accept'),
      against: `BullMQ add ${figure('add')}`,
      ...ratio('accept', 'add'),
      budget: { atLeast: 0.6 },
    },
    {
      what: 'asynchronous: drain',
      figure: figure('drain'),
      against: `BullMQ no-op process ${figure('process')}`,
      ...ratio('drain', 'process'),
      budget: { atLeast: 0.5 },
    },
  ]
}

/** Held back by a concurrency of 0, so that accepting is measured without the draining beside it. */
async function accept({ url }: MeasuredPlatform): Promise<LoadResult> {
  await request(`${url}/functions/drained`, 'PATCH', { reservedConcurrency: 0 })
  const target = {
    url: `${url}/functions/drained/invocations`,
    body: '{"n":1}',
    headers: { prefer: 'respond-async' },
  }
  return await wrk(target, { clients: IN_FLIGHT, seconds: ACCEPT_SECONDS })
}

async function drain({ url }: MeasuredPlatform, events: number): Promise<number> {
  const waiting = async () => {
    const page = await request<{ invocations: unknown[] }>(
      `${url}/functions/drained/invocations?state=queued&limit=1`,
      'GET',
    )
    return page.invocations.length > 0
  }
  const startedAt = performance.now()
  await request(`${url}/functions/drained`, 'PATCH', { reservedConcurrency: null })
  await until('all events are worked off', async () => !(await waiting()))
  return events / ((performance.now() - startedAt) / 1000)
}

async function bullmqAdd(path: string): Promise<number> {
  const queue = new Queue('bench', { connection: { path } })
  await queue.waitUntilReady()
  let left = EVENTS
  const startedAt = performance.now()
  const producers = Array.from({ length: IN_FLIGHT }, async () => {
    while (left > 0) {
      left -= 1
      await queue.add('event', { n: 1 }, { removeOnComplete: true })
    }
  })
  await Promise.all(producers)
  const seconds = (performance.now() - startedAt) / 1000
  await queue.close()
  return EVENTS / seconds
}

async function bullmqProcess(path: string): Promise<number> {
  const startedAt = performance.now()
  let done = 0
  const worker = new Worker('bench', async () => null, {
    connection: { path, maxRetriesPerRequest: null },
    concurrency: WORKER_CONCURRENCY,
  })
  worker.on('completed', () => {
    done += 1
  })
  await until('BullMQ has processed its jobs', async () => done >= EVENTS)
  const seconds = (performance.now() - startedAt) / 1000
  await worker.close()
  return EVENTS / seconds
}
