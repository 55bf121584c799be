import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { EngineWire } from '../fixtures/engine-wire.ts'
import { Functions } from '../fixtures/functions.ts'
import { startMinio } from '../fixtures/minio.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { needsEngine } from '../fixtures/pool.ts'
import { startRedis } from '../fixtures/redis.ts'
import { type Answer, eventually, rest } from '../fixtures/rest.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

await needsEngine(t)

/** What callers are promised of a 503. */
const ANSWER_MS = 2000
const SLOW = `export const handler = async ({ n }) => {
  await new Promise((resolve) => setTimeout(resolve, 60))
  return n
}`
const WARM = 'export const handler = async () => "warm"'

interface Refusal {
  error: { code: string; message: string; remedy: string; requestId: string }
}

type Ask = [what: string, ask: () => Promise<Answer<Refusal>>]

const redis = await startRedis()
t.teardown(() => redis.stop())
const minio = await startMinio({ webhookPort: 9, withoutWebhooks: true })
t.teardown(() => minio.stop())
const wire = await new EngineWire(await temporaryFolder(t, 'engine.sock')).listen()
t.teardown(() => wire.close())
const platform = await startPlatform({
  REDIS_URL: redis.url,
  S3_ENDPOINT: minio.endpoint,
  S3_ACCESS_KEY_ID: minio.accessKeyId,
  S3_SECRET_ACCESS_KEY: minio.secretAccessKey,
  DOCKER_HOST: `unix://${wire.path}`,
  // None in reserve: what was never called needs the engine.
  POOL_GENERIC: '0',
})
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)

const to =
  (route: string, body?: unknown, headers: Record<string, string> = {}) =>
  () => {
    const [method = '', path = ''] = route.split(' ')
    return rest<Refusal>(`${platform.url}${path}`, { method, body, headers })
  }

/** All at once, each answered 503 in time, with the part and what to do. */
async function checkRefused(t: Test, asks: Ask[], expected: { code: string; remedy: RegExp }) {
  await Promise.all(
    asks.map(async ([what, ask]) => {
      const start = performance.now()
      const { status, body, headers, text } = await ask()
      const tookMs = performance.now() - start
      t.equal(status, 503, `${what}: ${text.slice(0, 200)}`)
      t.match(body?.error, { code: expected.code, message: /\w/, remedy: expected.remedy }, what)
      t.equal(body?.error.requestId, headers.get('x-request-id'), what)
      t.ok(tookMs < ANSWER_MS, `${what} is told in time (${tookMs.toFixed(0)} ms)`)
    }),
  )
}

async function checkWarm(t: Test, name = 'warm'): Promise<void> {
  for (let n = 0; n < 5; n += 1) {
    const start = performance.now()
    const { status, text, headers } = await functions.call(name)
    t.same([status, text], [200, '"warm"'])
    t.match(headers.get('server-timing'), /desc="(?:warm|thawed)"/)
    t.ok(performance.now() - start < ANSWER_MS, 'at once')
  }
}

async function checkNotReady(t: Test, part: string): Promise<void> {
  const start = performance.now()
  const { status, body } = await rest<{ dependencies: Record<string, { state: string }> }>(
    `${platform.url}/health/ready`,
  )
  t.equal(status, 503)
  const down = Object.entries(body.dependencies).filter(([, { state }]) => state === 'down')
  t.same(
    down.map(([name]) => name),
    [part],
    'health names the part, and no other',
  )
  t.ok(performance.now() - start < ANSWER_MS, 'in time')
  t.equal((await rest(`${platform.url}/health/live`)).status, 200)
}

const becomesReady = () =>
  eventually('the platform is ready by itself', async () =>
    (await rest(`${platform.url}/health/ready`)).status === 200 ? true : undefined,
  )

await functions.create('warm', WARM)
await functions.create('worker', SLOW, { reservedConcurrency: 1 })
await rest(`${platform.url}/buckets/photos`, { method: 'PUT' })
await functions.create('reader', WARM, { buckets: { read: ['photos'] } })

for (const outage of ['killed', 'frozen'] as const) {
  t.test(
    `Redis ${outage}: what it has to keep is refused, warm calls go on, no event is lost`,
    async (t) => {
      await functions.call('warm')
      await functions.call('worker', { n: -1 })
      const accepted: string[] = []
      for (let n = 0; n < 15; n += 1) accepted.push(await functions.accept('worker', { n }))
      if (outage === 'killed') await redis.kill()
      else redis.freeze()
      const later = { prefer: 'respond-async' }
      const event = { specversion: '1.0', id: '1', source: 's', type: 't' }
      const asks: Ask[] = [
        ['list', to('GET /functions')],
        ['read', to('GET /functions/warm')],
        ['configure', to('PATCH /functions/warm', { memoryMb: 256 })],
        ['code', to('PUT /functions/warm/code', { source: WARM })],
        ['delete', to('DELETE /functions/warm')],
        ['invoke later', to('POST /functions/warm/invocations', {}, later)],
        ['invocations', to('GET /functions/warm/invocations')],
        ['invocation', to(`GET /invocations/${accepted[0]}`)],
        ['cancel', to(`DELETE /invocations/${accepted[0]}`)],
        ['triggers', to('GET /functions/warm/triggers')],
        [
          'schedule',
          to('POST /functions/warm/triggers', { type: 'schedule', schedule: 'rate(1 day)' }),
        ],
        ['url', to('PUT /functions/warm/url')],
        ['logs', to('GET /functions/warm/logs')],
        ['event', to('POST /events', event, { 'content-type': 'application/cloudevents+json' })],
        ['a function it does not know', to('POST /functions/unknown/invocations', {})],
      ]
      if (outage === 'killed')
        asks.push(['create', to('POST /functions', { name: 'x', source: WARM })])
      await checkRefused(t, asks, { code: 'RedisUnavailable', remedy: /REDIS_URL/ })
      await checkWarm(t)
      await checkNotReady(t, 'redis')

      if (outage === 'killed') await redis.start()
      else redis.thaw()
      await becomesReady()
      for (const [n, id] of accepted.entries()) {
        t.match(await functions.ended(id), { state: 'succeeded', result: n })
      }
      t.match((await rest(`${platform.url}/functions/warm`)).body, { name: 'warm', memoryMb: 128 })
      const { body } = await rest<{ functions: { name: string }[] }>(`${platform.url}/functions`)
      t.same(
        body.functions.map(({ name }) => name),
        ['reader', 'warm', 'worker'],
        'nothing of what was refused is there',
      )
      await functions.create('after', WARM)
      t.equal((await functions.call('after')).text, '"warm"')
      t.match(await functions.ended(await functions.accept('after')), { state: 'succeeded' })
      await rest(`${platform.url}/functions/after`, { method: 'DELETE' })
    },
  )
}

for (const outage of ['killed', 'frozen'] as const) {
  t.test(
    `storage ${outage}: what reads or writes objects is refused, all else goes on`,
    async (t) => {
      await functions.call('warm')
      await functions.call('reader')
      if (outage === 'killed') await minio.kill()
      else await minio.freeze()
      const object = { type: 'object', bucket: 'photos' }
      const asks: Ask[] = [
        ['buckets', to('GET /buckets')],
        ['bucket', to('PUT /buckets/other')],
        ['objects', to('GET /buckets/photos/objects')],
        ['put', to('PUT /buckets/photos/objects/a.txt', 'text')],
        ['get', to('GET /buckets/photos/objects/a.txt')],
        ['remove', to('DELETE /buckets/photos/objects/a.txt')],
        ['object trigger', to('POST /functions/warm/triggers', object)],
        [
          'a function with buckets',
          to('POST /functions', { name: 'x', source: WARM, buckets: { read: ['photos'] } }),
        ],
      ]
      await checkRefused(t, asks, { code: 'StorageUnavailable', remedy: /S3_ENDPOINT/ })
      await checkWarm(t)
      await checkWarm(t, 'reader')
      t.match(await functions.ended(await functions.accept('warm')), { state: 'succeeded' })
      await functions.create('after', WARM)
      t.equal((await functions.call('after')).text, '"warm"', 'what has no bucket can be deployed')
      await rest(`${platform.url}/functions/after`, { method: 'DELETE' })
      await checkNotReady(t, 'storage')
      t.equal((await rest(`${platform.url}/functions/x`)).status, 404, 'nothing is half-made')
      t.same((await rest(`${platform.url}/functions/warm/triggers`)).body, { triggers: [] })

      if (outage === 'killed') await minio.start()
      else minio.thaw()
      await becomesReady()
      const put = { method: 'PUT', body: 'text' }
      t.equal((await rest(`${platform.url}/buckets/photos/objects/a.txt`, put)).status, 200)
      t.equal((await rest(`${platform.url}/buckets/photos/objects/a.txt`)).text, 'text')
    },
  )
}

for (const outage of ['cut', 'frozen'] as const) {
  t.test(`the engine ${outage}: only what needs a new sandbox is refused`, async (t) => {
    await functions.call('warm')
    const cold = `cold-${outage}`
    await functions.create(cold, 'export const handler = async () => "cold"')
    wire.mode = outage
    const asks: Ask[] = [
      ['a first call', to(`POST /functions/${cold}/invocations`, {})],
      ['another', to(`POST /functions/${cold}/invocations`, {})],
    ]
    await checkRefused(t, asks, { code: 'EngineUnavailable', remedy: /docker ps/ })
    await checkWarm(t)
    await checkNotReady(t, 'scheduler')
    const ids = [await functions.accept(cold), await functions.accept('warm')]
    t.match(await functions.ended(ids[1] ?? ''), { state: 'succeeded', result: 'warm' })
    t.match(await functions.look(ids[0] ?? ''), { id: ids[0] })
    const other = `other-${outage}`
    await functions.create(other, 'export const handler = async () => "other"')
    const code = { source: 'export const handler = async () => "new"' }
    const changed = await rest(`${platform.url}/functions/${other}/code`, {
      method: 'PUT',
      body: code,
    })
    t.equal(changed.status, 200, 'functions can be deployed')

    wire.mode = 'open'
    await becomesReady()
    t.match(await functions.ended(ids[0] ?? '', 60_000), { state: 'succeeded', result: 'cold' })
    t.equal((await functions.call(cold)).text, '"cold"')
    t.equal((await functions.call(other)).text, '"new"')
  })
}

t.test('servers of its own that die or stand still are back by themselves', async (t) => {
  const own = await startPlatform({ POOL_GENERIC: '1' })
  t.teardown(() => own.stop())
  const pidOf = (folder: string) =>
    Number(readFileSync(join(own.dataDir, folder, 'process'), 'utf8').split('\n')[1])
  const calls = new Functions(own.url)
  await calls.create('worker', SLOW, { reservedConcurrency: 1 })
  await calls.call('worker', { n: 0 })
  const ids: string[] = []
  const accept = async () => {
    for (let n = 0; n < 15; n += 1) ids.push(await calls.accept('worker', { n }))
  }
  await accept()
  const first = pidOf('redis')
  process.kill(first, 'SIGKILL')
  await eventually('another Redis runs', async () => (pidOf('redis') === first ? undefined : true))
  await eventually('it is reached', async () =>
    (await rest(`${own.url}/functions`)).status === 200 ? true : undefined,
  )
  await accept()
  process.kill(pidOf('redis'), 'SIGSTOP')
  t.equal((await calls.call('worker', { n: 7 })).text, '7', 'warm calls go on')
  await wait(3000)
  t.equal((await rest(`${own.url}/functions`)).status, 503)
  process.kill(pidOf('redis'), 'SIGCONT')
  for (const [n, id] of ids.entries()) {
    t.match(await calls.ended(id), { state: 'succeeded', result: n % 15 })
  }
  process.kill(pidOf('minio-server'), 'SIGKILL')
  await eventually('another MinIO serves', async () =>
    (await rest(`${own.url}/buckets`)).status === 200 ? true : undefined,
  )
  t.equal((await rest(`${own.url}/health/ready`)).status, 200)
  t.equal(await own.end(), 0)
})
