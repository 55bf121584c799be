import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { Functions } from '../fixtures/functions.ts'
import { startMinio } from '../fixtures/minio.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { eventually, rest } from '../fixtures/rest.ts'
import { S3_MODULE } from '../fixtures/s3-function.ts'

/** MinIO repeats what its slow target has not delivered after 3 s; then the second copy is here. */
const SECOND_COPY_MS = 3500

const platform = await startPlatform()
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)

const ECHO = 'export const handler = async (event) => event'

function objectUrl(bucket: string, key: string): string {
  return `${platform.url}/buckets/${bucket}/objects/${key.split('/').map(encodeURIComponent).join('/')}`
}

async function put(bucket: string, key: string, text: string): Promise<string> {
  const headers = { 'content-type': 'text/plain' }
  const answer = await rest<{ eTag: string }>(objectUrl(bucket, key), {
    method: 'PUT',
    body: text,
    headers,
  })
  if (answer.status !== 200) throw new Error(`PUT ${key}: ${answer.text}`)
  return answer.body.eTag
}

t.test('objects reach the handler in S3’s own shape, once each, readable by it', async (t) => {
  await rest(`${platform.url}/buckets/photos`, { method: 'PUT' })
  await rest(`${platform.url}/buckets/other`, { method: 'PUT' })
  await functions.create('on-object', '', {
    timeoutSeconds: 20,
    files: {
      's3.mjs': S3_MODULE,
      'index.mjs': `import { s3 } from './s3.mjs'
        export const handler = async (event) => {
          const { bucket, object } = event.Records[0].s3
          const key = decodeURIComponent(object.key.replaceAll('+', ' '))
          return {
            event,
            read: await s3('GET', bucket.name, key),
            written: (await s3('PUT', bucket.name, 'out.txt', 'x')).status,
            foreign: (await s3('GET', 'other', 'secret.txt')).status,
          }
        }`,
    },
  })
  await put('other', 'secret.txt', 'secret')
  const trigger = await functions.addTrigger('on-object', {
    type: 'object',
    bucket: 'photos',
    prefix: 'in/',
    suffix: '.txt',
  })
  t.match(trigger, { events: ['s3:ObjectCreated:*'], prefix: 'in/', suffix: '.txt' })
  const keys = new Map([
    ['in/plain.txt', 'in/plain.txt'],
    ['in/a b/c+d.txt', 'in/a+b/c%2Bd.txt'],
    ['in/größe/画像 1.txt', 'in/gr%C3%B6%C3%9Fe/%E7%94%BB%E5%83%8F+1.txt'],
    ["in/100% & [x]='y';~.txt", 'in/100%25+%26+%5Bx%5D%3D%27y%27%3B~.txt'],
  ])
  const eTags = new Map<string, string>()
  for (const [key, encoded] of keys) eTags.set(encoded, await put('photos', key, `text of ${key}`))
  for (const key of ['in/no.jpg', 'out/no.txt', 'no.txt']) await put('photos', key, 'x')

  const found = await functions.ends('on-object', keys.size)
  await wait(SECOND_COPY_MS)
  t.equal((await functions.invocations('on-object')).length, keys.size, 'one run each')
  for (const invocation of found) {
    t.match(invocation, {
      state: 'succeeded',
      type: 'Event',
      version: '$LATEST',
      cause: { kind: 'object', triggerId: trigger.id, detail: /^photos\/in\// },
      attempts: [{ outcome: 'succeeded' }],
    })
    const { event, read, written, foreign } = invocation.result as Record<string, never>
    const { Records } = event as unknown as {
      Records: Record<string, Record<string, Record<string, unknown>>>[]
    }
    t.equal(Records.length, 1)
    const [record = {}] = Records
    const s3 = record.s3 as unknown as { object: { key: string; sequencer: string } }
    const key = [...keys].find(([, encoded]) => encoded === s3.object.key)?.[0]
    t.ok(key, `the key "${s3.object.key}" is encoded as S3 does`)
    t.strictSame(Object.keys(event ?? {}), ['Records'])
    t.match(record.eventTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    t.match(s3.object.sequencer, /^[0-9A-F]{16,18}$/)
    t.strictSame(
      { ...record, eventTime: '', userIdentity: 0, requestParameters: 0, responseElements: 0 },
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'us-east-1',
        eventTime: '',
        eventName: 'ObjectCreated:Put',
        userIdentity: 0,
        requestParameters: 0,
        responseElements: 0,
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: trigger.id,
          bucket: {
            name: 'photos',
            ownerIdentity: record.s3?.bucket?.ownerIdentity,
            arn: 'arn:aws:s3:::photos',
          },
          object: {
            key: s3.object.key,
            size: Buffer.byteLength(`text of ${key}`),
            eTag: eTags.get(s3.object.key),
            sequencer: s3.object.sequencer,
          },
        },
      },
    )
    t.match(record, {
      userIdentity: { principalId: String },
      requestParameters: { sourceIPAddress: /^\d+\.\d+\.\d+\.\d+$|:/ },
      responseElements: { 'x-amz-request-id': /\w/, 'x-amz-id-2': String },
    })
    t.strictSame(read, { status: 200, text: `text of ${key}` }, 'its trigger lets it read')
    t.strictSame([written, foreign], [403, 403], 'and nothing else')
  }
})

t.test('a copy of an event that was seen is nothing new, and garbage is put aside', async (t) => {
  const [first] = await functions.invocations('on-object')
  const { result } = await functions.look(first?.id ?? '')
  const { event } = result as { event: { Records: { s3: { object: { key: string } } }[] } }
  const { webhookToken } = JSON.parse(readFileSync(join(platform.dataDir, 'secrets.json'), 'utf8'))
  const url = `${platform.url}/storage/events`
  const headers = { authorization: `Bearer ${webhookToken}` }
  const before = (await functions.invocations('on-object')).length
  t.equal((await rest(url, { body: event, headers })).status, 204)
  t.equal((await functions.invocations('on-object')).length, before)
  const other = structuredClone(event)
  const [record] = other.Records
  if (record) record.s3.object.key = 'in/another.txt'
  t.equal((await rest(url, { body: other, headers })).status, 204)
  t.equal((await functions.invocations('on-object')).length, before + 1, 'the test can tell')
  t.equal((await rest(url, { body: 'garbage', headers })).status, 204)
  t.equal((await rest(url, { body: event })).status, 401)
  t.equal((await rest(url, { body: event, headers: { authorization: 'Bearer x' } })).status, 401)
})

t.test('removed objects are events of their own; without a trigger nothing comes', async (t) => {
  await functions.create('on-removal', ECHO)
  const removals = { type: 'object', bucket: 'photos', events: ['s3:ObjectRemoved:*'] }
  const { id } = await functions.addTrigger('on-removal', removals)
  await put('photos', 'gone.txt', 'x')
  await rest(objectUrl('photos', 'gone.txt'), { method: 'DELETE' })
  const [end] = await functions.ends('on-removal', 1)
  t.match(end?.result, {
    Records: [{ eventName: 'ObjectRemoved:Delete', s3: { object: { key: 'gone.txt' } } }],
  })
  const url = `${platform.url}/functions/on-removal/triggers`
  t.equal((await rest(`${url}/${id}`, { method: 'DELETE' })).status, 204)
  t.same((await rest(url)).body, { triggers: [] })
  await put('photos', 'gone.txt', 'x')
  await rest(objectUrl('photos', 'gone.txt'), { method: 'DELETE' })
  await put('photos', 'in/marker.txt', 'x')
  await eventually('a later event has come', async () =>
    (await functions.invocations('on-object')).some(({ cause }) =>
      /marker/.test(cause.detail ?? ''),
    )
      ? true
      : undefined,
  )
  t.equal((await functions.invocations('on-removal')).length, 1)
})

t.test('a server whose webhooks are not set up: the error says what to set', async (t) => {
  const minio = await startMinio({ webhookPort: 9, withoutWebhooks: true })
  t.teardown(() => minio.stop())
  const own = await startPlatform({
    S3_ENDPOINT: minio.endpoint,
    S3_ACCESS_KEY_ID: minio.accessKeyId,
    S3_SECRET_ACCESS_KEY: minio.secretAccessKey,
    POOL_GENERIC: '0',
  })
  t.teardown(() => own.stop())
  await new Functions(own.url).create('on-object', ECHO)
  await rest(`${own.url}/buckets/photos`, { method: 'PUT' })
  const triggers = `${own.url}/functions/on-object/triggers`
  const { status, body } = await rest<{ error: { code: string; message: string; remedy: string } }>(
    triggers,
    { body: { type: 'object', bucket: 'photos' } },
  )
  t.equal(status, 503)
  t.match(body.error, { code: 'WebhookMissing', message: new RegExp(minio.endpoint) })
  const { webhookToken } = JSON.parse(readFileSync(join(own.dataDir, 'secrets.json'), 'utf8'))
  for (const id of ['HEARTHFAST', 'HEARTHSURE']) {
    for (const assignment of [
      `MINIO_NOTIFY_WEBHOOK_ENABLE_${id}=on`,
      `MINIO_NOTIFY_WEBHOOK_ENDPOINT_${id}=${own.url}/storage/events`,
      `MINIO_NOTIFY_WEBHOOK_AUTH_TOKEN_${id}=${webhookToken}`,
    ]) {
      t.ok(body.error.remedy.includes(assignment), `the remedy has ${assignment.split('=')[0]}`)
    }
  }
  t.match(body.error.remedy, /MINIO_NOTIFY_WEBHOOK_QUEUE_DIR_HEARTHSURE=\//)
  t.same((await rest(triggers)).body, { triggers: [] }, 'nothing is half-made')
})
