import { performance } from 'node:perf_hooks'
import { Queue, Worker } from 'bullmq'
import { load } from './load.ts'
import { type MeasuredPlatform, request, until } from './platform.ts'
import { perSecond, type Row } from './row.ts'

const EVENTS = 10_000
const IN_FLIGHT = 64
const WORKER_CONCURRENCY = 50
const SOURCE = 'export const handler = async () => null'

/** Accepting and working off asynchronous events, beside BullMQ on a Redis with the same durability. */
export async function measureAsynchronous(
  platform: MeasuredPlatform,
  redisSocket: string,
): Promise<Row[]> {
  const added = await bullmqAdd(redisSocket)
  const processed = await bullmqProcess(redisSocket)
  await request(`${platform.url}/functions`, 'POST', { name: 'drained', source: SOURCE })
  // Held back by a concurrency of 0, so that accepting is measured without the draining beside it.
  await request(`${platform.url}/functions/drained`, 'PATCH', { reservedConcurrency: 0 })
  const accepted = await load({
    url: `${platform.url}/functions/drained/invocations`,
    method: 'POST',
    headers: { prefer: 'respond-async' },
    body: '{"n":1}',
    clients: IN_FLIGHT,
    requests: EVENTS,
    status: 202,
  })
  const drained = await drain(platform)
  return [
    {
      what: 'asynchronous: accept over HTTP',
      figure: perSecond(accepted.perSecond),
      against: `BullMQ add ${perSecond(added)}`,
      value: accepted.perSecond / added,
      budget: { atLeast: 0.5 },
    },
    {
      what: 'asynchronous: drain',
      figure: perSecond(drained),
      against: `BullMQ no-op process ${perSecond(processed)}`,
      value: drained / processed,
      budget: { atLeast: 1 / 3 },
    },
  ]
}

async function drain({ url }: MeasuredPlatform): Promise<number> {
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
  return (EVENTS * 1.1) / ((performance.now() - startedAt) / 1000)
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
