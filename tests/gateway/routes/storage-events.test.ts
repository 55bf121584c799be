import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startGateway, WEBHOOK_TOKEN } from '../../fixtures/gateway.ts'
import { freePort, startMinio } from '../../fixtures/minio.ts'

const webhookPort = await freePort()
const minio = await startMinio({ webhookPort, webhookToken: WEBHOOK_TOKEN })
t.teardown(() => minio.stop())
const gateway = await startGateway(t, { storage: { state: 'on', store: minio.store } })
const { call, create, parts, app } = gateway
await app.listen({ port: webhookPort, host: '127.0.0.1' })
t.equal((app.server.address() as AddressInfo).port, webhookPort)

const recorded = JSON.parse(
  readFileSync(new URL('../../fixtures/minio-events.json', import.meta.url), 'utf8'),
)
const authorized = { authorization: `Bearer ${WEBHOOK_TOKEN}`, 'content-type': 'application/json' }

async function put(bucket: string, key: string, text = 'x') {
  const size = Buffer.byteLength(text)
  await minio.store.putObject(
    { bucket, key, size, contentType: 'text/plain' },
    Readable.from([Buffer.from(text)]),
  )
}

/** Ids of the function's invocations once there are `count` of them, oldest first. */
async function invocations(functionName: string, count: number): Promise<string[]> {
  for (let tries = 0; tries < 500; tries += 1) {
    // The store's own connection may be on its way back.
    const found = await parts.invocations.list(functionName, { limit: 50 }).catch(() => undefined)
    const ids = found?.invocations.map(({ id }) => id).reverse() ?? []
    if (ids.length >= count) return ids
    await sleep(20)
  }
  throw new Error(`${functionName} did not get ${count} invocations`)
}

/** The event as it is stored. */
async function eventOf(id: string) {
  return JSON.parse((await gateway.redis.redis.hget(`hearth:invocation:${id}`, 'event')) ?? 'null')
}

/** Resolves when MinIO keeps no event for the slow target any more: all second copies are here. */
async function delivered() {
  for (let tries = 0; tries < 500; tries += 1) {
    if ((await minio.undelivered()) === 0) return
    await sleep(50)
  }
  throw new Error('MinIO still holds events')
}

t.test('one put is one invocation with S3’s event, though MinIO tells it twice', async (t) => {
  await minio.store.createBucket('photos')
  await create('thumbnail')
  const { body: trigger } = await call('POST /functions/thumbnail/triggers', {
    json: { type: 'object', bucket: 'photos', prefix: 'in/', suffix: '.jpg' },
  })
  await put('photos', 'in/summer day+1.jpg', 'hello')
  await put('photos', 'out/other.jpg')
  const [id = ''] = await invocations('thumbnail', 1)
  t.match(await eventOf(id), {
    Records: [
      {
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        awsRegion: 'us-east-1',
        s3: {
          configurationId: trigger.id,
          bucket: { name: 'photos', arn: 'arn:aws:s3:::photos' },
          object: {
            key: 'in/summer+day%2B1.jpg',
            size: 5,
            eTag: '5d41402abc4b2a76b9719d911017c592',
          },
        },
      },
    ],
  })
  t.match(await parts.invocations.read(id), {
    cause: { kind: 'object', triggerId: trigger.id, detail: 'photos/in/summer day+1.jpg' },
  })
  await delivered()
  t.equal((await invocations('thumbnail', 1)).length, 1)
  await put('photos', 'in/summer day+1.jpg', 'hello')
  t.equal(
    (await invocations('thumbnail', 2)).length,
    2,
    'the same object put again is a new change',
  )
})

t.test('an object that a function wrote says how deep what it causes is', async (t) => {
  await minio.store.createBucket('deep')
  await create('deep')
  await call('POST /functions/deep/triggers', { json: { type: 'object', bucket: 'deep' } })
  await put('deep', 'by-nobody')
  for (const [key, depth] of [
    ['straight', 2],
    ['by-rest', 3],
  ] as const) {
    const upload = { bucket: 'deep', key, size: 1, depth }
    if (key === 'straight') await minio.store.putObject(upload, Readable.from([Buffer.from('x')]))
    else {
      const headers = { 'user-agent': `node hearth-depth/${depth}`, 'content-length': '1' }
      await call(`PUT /buckets/deep/objects/${key}`, { payload: 'x', headers })
    }
  }
  const ids = await invocations('deep', 3)
  const causes = await Promise.all(ids.map(async (id) => (await parts.invocations.read(id)).cause))
  t.same(
    new Map(causes.map(({ detail, depth }) => [detail, depth])),
    new Map<string, unknown>([
      ['deep/by-nobody', undefined],
      ['deep/straight', 2],
      ['deep/by-rest', 3],
    ]),
  )
})

t.test('each trigger that fits gets an invocation of its own', async (t) => {
  await minio.store.createBucket('many')
  for (const name of ['first', 'second']) {
    await create(name)
    await call(`POST /functions/${name}/triggers`, {
      json: {
        type: 'object',
        bucket: 'many',
        events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'],
      },
    })
  }
  await put('many', 'x')
  await invocations('first', 1)
  await invocations('second', 1)
  await minio.store.removeObject('many', 'x')
  const [, id = ''] = await invocations('first', 2)
  t.match(await eventOf(id), { Records: [{ eventName: 'ObjectRemoved:Delete' }] })
})

t.test('what was put while the gateway was not there comes when it is', async (t) => {
  await minio.store.createBucket('later')
  await create('patient')
  await call('POST /functions/patient/triggers', { json: { type: 'object', bucket: 'later' } })
  await gateway.redis.kill()
  await put('later', 'x')
  const refused = await call('POST /storage/events', {
    headers: authorized,
    payload: JSON.stringify(recorded.copy),
  })
  t.equal(refused.status, 503)
  t.equal(refused.body.error.code, 'RedisUnavailable')
  await gateway.redis.start()
  t.equal((await invocations('patient', 1)).length, 1)
})

t.test('garbage is put aside and answered 2xx, so that it blocks nothing', async (t) => {
  const bodies: [string, string][] = [
    ['', 'application/json'],
    ['{"Records":', 'application/json'],
    ['{"Records":[{}]}', 'application/json'],
    ['hello', 'no type at all'],
    [`{"Records":"${'x'.repeat(2 * 1024 * 1024)}"}`, 'application/json'],
  ]
  for (const [payload, type] of bodies) {
    const headers = { ...authorized, 'content-type': type }
    t.equal((await call('POST /storage/events', { headers, payload })).status, 204)
  }
  const parked = await parts.triggers.parked.list()
  t.same(
    parked.map(({ reason }) => reason.split(':')[0]),
    [
      'Body is larger than 1048576 bytes',
      'Body is not JSON',
      'Record 0',
      'Body is not JSON',
      'Body is not JSON',
    ],
  )
  t.equal(parked[3]?.body, '{"Records":')
  t.equal(parked[0]?.body.length, 64 * 1024)
})

t.test('no more than a hundred pieces of garbage are kept', async (t) => {
  for (let index = 0; index < 110; index += 1) {
    await call('POST /storage/events', { headers: authorized, payload: `${index}` })
  }
  const parked = await parts.triggers.parked.list()
  t.equal(parked.length, 100)
  t.equal(parked[0]?.body, '109')
})

t.test('without the webhook’s token nothing is taken', async (t) => {
  const payload = JSON.stringify(recorded.copy)
  for (const authorization of [
    undefined,
    'Bearer wrong',
    `Basic ${WEBHOOK_TOKEN}`,
    `Bearer ${WEBHOOK_TOKEN}x`,
  ]) {
    const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) }
    t.equal((await call('POST /storage/events', { headers, payload })).status, 401)
  }
})

t.test(
  'an event that no trigger wants, or whose function is gone, is taken and causes nothing',
  async (t) => {
    const payload = JSON.stringify(recorded['put-encoded-key'])
    t.equal((await call('POST /storage/events', { headers: authorized, payload })).status, 204)
    await create('gone')
    await minio.store.createBucket('gone-too')
    await parts.triggers.add('gone', { type: 'object', bucket: 'gone-too' })
    await parts.functions.delete('gone')
    await put('gone-too', 'x')
    await delivered()
    t.same(await parts.invocations.list('gone', { limit: 1 }), { invocations: [] })
  },
)
