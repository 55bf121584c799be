import {
  CopyObjectCommand,
  CreateBucketCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import t from 'tap'
import { CODE_BUCKET } from '../../../core/identifiers.ts'
import type { Storage } from '../../../core/storage/object-store.ts'
import { startMinio } from '../../fixtures/minio.ts'
import { rawRequest, sendRaw } from '../../fixtures/raw-http.ts'
import { failureOf, s3Client } from '../../fixtures/s3-client.ts'
import { listeningGateway } from '../../fixtures/s3-gateway.ts'

const API_KEY = 'a-key-of-the-platform-itself'

const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
const storage: Storage = { state: 'on', store: minio.store }
const open = await listeningGateway(t, { storage })
const closed = await listeningGateway(t, { storage, apiKey: API_KEY })
const dummy = s3Client(t, open)
const own = s3Client(t, open, minio)

await dummy.send(new CreateBucketCommand({ Bucket: 'things' }))
await minio.store.createBucket(CODE_BUCKET)

function put(client: S3Client, key: string, body: string | Buffer) {
  return client.send(new PutObjectCommand({ Bucket: 'things', Key: key, Body: body }))
}

async function get(client: S3Client, key: string): Promise<string | undefined> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'things', Key: key }))
  return await Body?.transformToString()
}

t.test('errors are the store’s own', async (t) => {
  const missing = { Bucket: 'not-there', Key: 'k' }
  for (const client of [dummy, own]) {
    const nothing = new GetObjectCommand({ Bucket: 'things', Key: 'not there' })
    t.match(await failureOf(client.send(nothing)), { name: 'NoSuchKey', status: 404 })
    t.match(await failureOf(client.send(new GetObjectCommand(missing))), {
      name: 'NoSuchBucket',
      status: 404,
    })
    t.match(await failureOf(client.send(new HeadBucketCommand(missing))), { status: 404 })
    const again = new CreateBucketCommand({ Bucket: 'things' })
    t.match(await failureOf(client.send(again)), { name: 'BucketAlreadyOwnedByYou', status: 409 })
  }
  const wrong = s3Client(t, open, { ...minio, secretAccessKey: 'not-the-secret' })
  t.match(await failureOf(get(wrong, 'k')), { name: 'SignatureDoesNotMatch', status: 403 })
})

t.test('the platform’s own bucket is not there', async (t) => {
  for (const client of [dummy, own]) {
    const { Buckets = [] } = await client.send(new ListBucketsCommand({}))
    const names = Buckets.map(({ Name }) => Name)
    t.ok(names.includes('things'))
    t.notOk(names.includes(CODE_BUCKET))
    const at = { Bucket: CODE_BUCKET, Key: 'packages/x' }
    t.match(await failureOf(client.send(new ListObjectsV2Command(at))), { name: 'NoSuchBucket' })
    t.match(await failureOf(client.send(new PutObjectCommand({ ...at, Body: 'x' }))), {
      name: 'NoSuchBucket',
    })
    const copy = { Bucket: 'things', Key: 'stolen', CopySource: `${CODE_BUCKET}/packages/x` }
    t.match(await failureOf(client.send(new CopyObjectCommand(copy))), { name: 'NoSuchBucket' })
  }
})

t.test('with a key configured, only the store’s own keys are known', async (t) => {
  t.match(await failureOf(get(s3Client(t, closed), 'k')), {
    name: 'InvalidAccessKeyId',
    status: 403,
  })
  const known = s3Client(t, closed, minio)
  await put(known, 'known', 'x')
  t.equal(await get(known, 'known'), 'x')
  const wrong = s3Client(t, closed, { ...minio, secretAccessKey: 'not-the-secret' })
  t.match(await failureOf(get(wrong, 'known')), { name: 'SignatureDoesNotMatch' })
})

t.test('without a key no foreign page gets through', async (t) => {
  const url = `${open}/things/k?X-Amz-Credential=test/20261126/us-east-1/s3/aws4_request`
  const page = { origin: 'http://evil.example' }
  const answer = await fetch(url, { headers: page })
  t.equal(answer.status, 403)
  t.match(await answer.text(), /<Code>AccessDenied<\/Code>/)
  const request = rawRequest(`GET ${new URL(url).pathname}${new URL(url).search}`, {
    host: 'evil.example',
  })
  t.equal((await sendRaw(open, request)).status, 403)
})

t.test('a store that is away, or that there is none, is told as S3 tells it', async (t) => {
  const off = await listeningGateway(t, { storage: { state: 'off', reason: 'this test has none' } })
  const none = await failureOf(get(s3Client(t, off), 'k'))
  t.match(none, { name: 'ServiceUnavailable', status: 503, message: /this test has none/ })
  const other = await startMinio({ webhookPort: 9 })
  t.teardown(() => other.stop())
  const client = s3Client(
    t,
    await listeningGateway(t, { storage: { state: 'on', store: other.store } }),
  )
  await client.send(new CreateBucketCommand({ Bucket: 'things' }))
  await put(client, 'k', 'kept')
  await other.kill()
  const unreachable = {
    name: 'ServiceUnavailable',
    status: 503,
    message: /Object storage cannot be reached/,
  }
  t.match(await failureOf(get(client, 'k')), unreachable)
  t.match(await failureOf(put(client, 'k', Buffer.alloc(1_000_000))), unreachable)
  await other.start()
  t.equal(await get(client, 'k'), 'kept')
  await other.freeze()
  t.match(await failureOf(get(client, 'k')), unreachable)
  other.thaw()
  t.equal(await get(client, 'k'), 'kept')
})
