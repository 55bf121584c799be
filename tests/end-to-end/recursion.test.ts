import t from 'tap'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { rest } from '../fixtures/rest.ts'
import { S3_MODULE } from '../fixtures/s3-function.ts'

t.setTimeout(240_000)

const platform = await startPlatform({ SCAN_INTERVAL_SECONDS: '1' })
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)

const DEPTH_MAX = 16

/** Writes the next object for each that it is told of. */
const COPIER = `import { s3 } from './s3.mjs'
export const handler = async ({ Records: [{ s3: { bucket, object } }] }) => {
  const { status } = await s3('PUT', process.env.TO ?? bucket.name, 'copy-of-' + object.key, 'x')
  return { key: object.key, status }
}`

async function loop(name: string, bucket: string, fields: object = {}) {
  await rest(`${platform.url}/buckets/${bucket}`, { method: 'PUT' })
  await functions.create(name, '', {
    timeoutSeconds: 20,
    buckets: { write: [bucket] },
    files: { 's3.mjs': S3_MODULE, 'index.mjs': COPIER },
    ...fields,
  })
  return await functions.addTrigger(name, { type: 'object', bucket })
}

function put(bucket: string, key: string) {
  return rest(`${platform.url}/buckets/${bucket}/objects/${key}`, { method: 'PUT', body: 'x' })
}

t.test('a function that writes into its own bucket is stopped, and says why', async (t) => {
  await loop('ouroboros', 'circle')
  await put('circle', 'a')
  const ends = await functions.ends('ouroboros', DEPTH_MAX + 1, 120_000)
  const ran = ends.filter(({ state }) => state === 'succeeded')
  t.equal(ran.length, DEPTH_MAX)
  t.same(
    ran.map(({ cause }) => cause.depth ?? 0).sort((a, b) => a - b),
    Array.from({ length: DEPTH_MAX }, (_, depth) => depth),
  )
  const stopped = ends.filter(({ state }) => state !== 'succeeded')
  t.match(stopped, [
    {
      state: 'failed',
      cause: { kind: 'object', depth: DEPTH_MAX },
      attempts: [{ outcome: 'refused', errorType: 'RecursiveInvocation' }],
      error: {
        errorType: 'RecursiveInvocation',
        errorMessage:
          /^Function "ouroboros" was not run: 16 invocations stand behind .* loop.*another bucket/,
      },
    },
  ])
  t.equal(stopped.length, 1)
  const { body } = await rest<{ objects: unknown[] }>(
    `${platform.url}/buckets/circle/objects?limit=100`,
  )
  t.equal(body.objects.length, DEPTH_MAX + 1, 'the first, and one of each run')
})

t.test('others go on, and the same function on what is no loop', async (t) => {
  await functions.create('bystander', 'export const handler = async () => 1')
  t.equal((await functions.call('bystander')).text, '1')
  await put('circle', 'b')
  const ends = await functions.ends('ouroboros', 2 * (DEPTH_MAX + 1), 120_000)
  t.equal(ends.filter(({ state }) => state === 'succeeded').length, 2 * DEPTH_MAX)
})

t.test('two functions that feed each other are one loop', async (t) => {
  await loop('ping', 'pings', { environment: { TO: 'pongs' }, buckets: { write: ['pongs'] } })
  await loop('pong', 'pongs', { environment: { TO: 'pings' }, buckets: { write: ['pings'] } })
  await put('pings', 'a')
  const [ping, pong] = await Promise.all([
    functions.ends('ping', DEPTH_MAX / 2 + 1, 120_000),
    functions.ends('pong', DEPTH_MAX / 2, 120_000),
  ])
  t.equal(ping.filter(({ state }) => state === 'succeeded').length, DEPTH_MAX / 2)
  t.equal(pong.filter(({ state }) => state === 'succeeded').length, DEPTH_MAX / 2)
})

t.test(
  'a destination that feeds its own trigger is stopped, and its failure tells nobody for ever',
  async (t) => {
    await rest(`${platform.url}/buckets/ends`, { method: 'PUT' })
    await functions.create('reporter', 'export const handler = async () => "done"')
    await functions.addTrigger('reporter', { type: 'object', bucket: 'ends' })
    const url = `${platform.url}/functions/reporter/async-configuration`
    const to = { type: 'bucket', bucket: 'ends' }
    const { status } = await rest(url, {
      method: 'PUT',
      body: { onSuccess: to, onFailure: to },
    })
    t.equal(status, 200)
    await put('ends', 'a')
    // The one that is stopped is reported, and the report of that is not run either.
    const ends = await functions.ends('reporter', DEPTH_MAX + 2, 120_000)
    t.equal(ends.filter(({ state }) => state === 'succeeded').length, DEPTH_MAX)
    const last = ends.find(({ cause }) => cause.depth === DEPTH_MAX + 1)
    t.match(await functions.look(last?.id ?? ''), { state: 'failed' })
    const { body } = await rest<{ objects: unknown[] }>(
      `${platform.url}/buckets/ends/objects?limit=100`,
    )
    t.equal(body.objects.length, DEPTH_MAX + 2)
  },
)
