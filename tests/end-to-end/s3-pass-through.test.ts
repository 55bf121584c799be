import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import {
  CreateBucketCommand,
  GetObjectCommand,
  type LambdaFunctionConfiguration,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import t from 'tap'
import { Functions } from '../fixtures/functions.ts'
import { liveMemoryMb } from '../fixtures/live-memory.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { s3Client } from '../fixtures/s3-client.ts'
import { S3_MODULE } from '../fixtures/s3-function.ts'

const MB = 1024 * 1024
const LARGE_MB = 100

const platform = await startPlatform()
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)
const client = s3Client(t, platform.url)

function arn(name: string): string {
  return `arn:aws:lambda:us-east-1:000000000000:function:${name}`
}

function notify(Bucket: string, ...LambdaFunctionConfigurations: LambdaFunctionConfiguration[]) {
  const NotificationConfiguration = { LambdaFunctionConfigurations }
  return client.send(
    new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }),
  )
}

t.test(
  'an upload calls the function that the bucket notifies, and it may read the object',
  async (t) => {
    const Bucket = 'inbox'
    await client.send(new CreateBucketCommand({ Bucket }))
    await functions.create('notified', '', {
      timeoutSeconds: 20,
      files: {
        's3.mjs': S3_MODULE,
        'index.mjs': `import { s3 } from './s3.mjs'
        export const handler = async ({ Records: [{ s3: { bucket, object, configurationId }, eventName }] }) =>
          ({ configurationId, eventName, key: object.key, read: await s3('GET', bucket.name, object.key) })`,
      },
    })
    await notify(Bucket, {
      Id: 'the texts',
      LambdaFunctionArn: arn('notified'),
      Events: ['s3:ObjectCreated:*'],
      Filter: { Key: { FilterRules: [{ Name: 'suffix', Value: '.txt' }] } },
    })
    for (const Key of ['other.bin', 'first.txt']) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body: `text of ${Key}` }))
    }
    const [first] = await functions.ends('notified', 1)
    t.match(first?.result, {
      configurationId: 'the texts',
      eventName: 'ObjectCreated:Put',
      key: 'first.txt',
      read: { status: 200, text: 'text of first.txt' },
    })
    // A store may tell an event again some seconds later: each step looks at keys of its own.
    await functions.create(
      'instead',
      'export const handler = async (event) => event.Records[0].s3.object.key',
    )
    const later = (prefix: string): LambdaFunctionConfiguration => ({
      LambdaFunctionArn: arn('instead'),
      Events: ['s3:ObjectRemoved:*', 's3:ObjectCreated:Put'],
      Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: prefix }] } },
    })
    const put = (Key: string) => client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))
    await notify(Bucket, later('second/'))
    await put('second/a.txt')
    t.match(await functions.ends('instead', 1), [{ result: 'second/a.txt' }])
    await notify(Bucket)
    await put('third/nobody-is-told.txt')
    await notify(Bucket, later('third/'))
    await put('third/b.txt')
    const ends = await functions.ends('instead', 2)
    t.strictSame(
      ends.map(({ result }) => result),
      ['second/a.txt', 'third/b.txt'],
    )
    t.equal((await functions.invocations('notified')).length, 1)
  },
)

t.test(`${LARGE_MB} MB go up and come back, and are never in memory as a whole`, async (t) => {
  const at = { Bucket: 'large', Key: 'k' }
  await client.send(new CreateBucketCommand(at))
  const before = await liveMemoryMb(platform)
  const held: number[] = []
  const sent = createHash('sha256')
  async function* pieces() {
    for (let index = 0; index < LARGE_MB; index += 1) {
      // What has come in so far is at the store, or it would be here.
      if (index === LARGE_MB - 10) held.push((await liveMemoryMb(platform)) - before)
      const piece = Buffer.alloc(MB, `piece ${index} `)
      sent.update(piece)
      yield piece
    }
  }
  const upload = { ...at, Body: Readable.from(pieces()), ContentLength: LARGE_MB * MB }
  await client.send(new PutObjectCommand(upload))
  const { Body } = await client.send(new GetObjectCommand(at))
  const read = createHash('sha256')
  let bytes = 0
  for await (const chunk of Body as Readable) {
    // A caller who reads no further holds up the store.
    if (bytes === 0) held.push((await liveMemoryMb(platform)) - before)
    bytes += chunk.length
    read.update(chunk)
  }
  t.equal(read.digest('hex'), sent.digest('hex'))
  t.ok(Math.max(...held) < LARGE_MB / 4, `it held ${held.map(Math.round).join(' and ')} MB more`)
})

t.test('the store’s own keys work as well, and those of nobody else', async (t) => {
  const { s3AccessKeyId, s3SecretAccessKey } = JSON.parse(
    await readFile(`${platform.dataDir}/secrets.json`, 'utf8'),
  )
  const own = s3Client(t, platform.url, {
    accessKeyId: s3AccessKeyId,
    secretAccessKey: s3SecretAccessKey,
  })
  const at = { Bucket: 'inbox', Key: 'own.txt' }
  await own.send(new PutObjectCommand({ ...at, Body: 'x' }))
  const { Body } = await client.send(new GetObjectCommand(at))
  t.equal(await Body?.transformToString(), 'x')
  const wrong = s3Client(t, platform.url, { accessKeyId: s3AccessKeyId, secretAccessKey: 'wrong' })
  await t.rejects(wrong.send(new GetObjectCommand(at)), { name: 'SignatureDoesNotMatch' })
})
