import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import t from 'tap'
import { startMinio } from '../../fixtures/minio.ts'
import { s3Client } from '../../fixtures/s3-client.ts'
import { listeningGateway } from '../../fixtures/s3-gateway.ts'

const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
const url = await listeningGateway(t, { storage: { state: 'on', store: minio.store } })
const dummy = s3Client(t, url)
const own = s3Client(t, url, minio)

await dummy.send(new CreateBucketCommand({ Bucket: 'things' }))

function put(client: S3Client, key: string, body: string | Buffer) {
  return client.send(new PutObjectCommand({ Bucket: 'things', Key: key, Body: body }))
}

async function get(client: S3Client, key: string): Promise<string | undefined> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'things', Key: key }))
  return await Body?.transformToString()
}

for (const [whose, client] of [
  ['keys that nobody knows', dummy],
  ['the store’s own keys', own],
] as const) {
  t.test(`objects are put, read, copied, listed and removed with ${whose}`, async (t) => {
    const Bucket = 'things'
    const prefix = `${whose}/`
    const keys = ['plain', 'a b', 'a+b', 'a%2Fb', 'ü/画像', "~!*'()", 'q?x&y=#;', 'folder/']
    for (const key of keys) {
      const { ETag } = await put(client, prefix + key, `text of ${key}`)
      t.match(ETag, /^"[0-9a-f]{32}"$/)
      t.equal(await get(client, prefix + key), `text of ${key}`, key)
    }
    const listed = await client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }))
    t.strictSame(
      listed.Contents?.map(({ Key }) => Key).sort(),
      keys.map((key) => prefix + key).sort(),
    )
    const source = `${Bucket}/${encodeURIComponent(`${prefix}a b`)}`
    await client.send(new CopyObjectCommand({ Bucket, Key: `${prefix}copy`, CopySource: source }))
    t.equal(await get(client, `${prefix}copy`), 'text of a b')
    await client.send(
      new PutObjectCommand({
        Bucket,
        Key: `${prefix}meta`,
        Body: 'x',
        ContentType: 'text/html; charset=utf-8',
        CacheControl: 'max-age=60',
        Metadata: { spaces: 'two  of them', other: 'b' },
      }),
    )
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: `${prefix}meta` }))
    t.match(head, {
      ContentLength: 1,
      ContentType: 'text/html; charset=utf-8',
      CacheControl: 'max-age=60',
      Metadata: { spaces: 'two  of them', other: 'b' },
    })
    await client.send(new DeleteObjectCommand({ Bucket, Key: `${prefix}meta` }))
    const Objects = [...keys, 'copy'].map((key) => ({ Key: prefix + key }))
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
    const left = await client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }))
    t.equal(left.KeyCount, 0)
  })

  t.test(`a part of an object, and an object in parts, with ${whose}`, async (t) => {
    const at = { Bucket: 'things', Key: `${whose}/parts` }
    const first = randomBytes(5 * 1024 * 1024)
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(at))
    const parts = await Promise.all(
      [first, Buffer.from('the end')].map(async (Body, index) => {
        const part = { ...at, UploadId, PartNumber: index + 1, Body }
        const { ETag } = await client.send(new UploadPartCommand(part))
        return { ETag, PartNumber: index + 1 }
      }),
    )
    const MultipartUpload = { Parts: parts }
    await client.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload }))
    const Range = `bytes=${first.length - 2}-${first.length + 2}`
    const piece = await client.send(new GetObjectCommand({ ...at, Range }))
    t.equal(piece.$metadata.httpStatusCode, 206)
    t.equal(piece.ContentRange, `bytes ${first.length - 2}-${first.length + 2}/${first.length + 7}`)
    t.strictSame(
      Buffer.from((await piece.Body?.transformToByteArray()) ?? []),
      Buffer.concat([first.subarray(-2), Buffer.from('the')]),
    )
    const other = await client.send(new CreateMultipartUploadCommand(at))
    const { UploadId: aborted } = other
    await client.send(new AbortMultipartUploadCommand({ ...at, UploadId: aborted }))
  })

  t.test(`a stream with its checksum behind it, with ${whose}`, async (t) => {
    const text = 'x'.repeat(200_000)
    const at = { Bucket: 'things', Key: `${whose}/stream` }
    await client.send(
      new PutObjectCommand({
        ...at,
        Body: Readable.from([text]),
        ContentLength: text.length,
        ChecksumAlgorithm: 'CRC32',
      }),
    )
    t.equal(await get(client, at.Key), text)
    const head = await client.send(new HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED' }))
    t.ok(head.ChecksumCRC32)
    t.equal(head.ContentEncoding, undefined)
  })

  t.test(`presigned URLs read and write, with ${whose}`, async (t) => {
    const at = { Bucket: 'things', Key: `${whose}/pre signed+ü` }
    const target = await getSignedUrl(client, new PutObjectCommand(at), { expiresIn: 60 })
    const written = await fetch(target, { method: 'PUT', body: 'by anybody' })
    t.equal(written.status, 200)
    const source = await getSignedUrl(
      client,
      new GetObjectCommand({ ...at, ResponseContentType: 'text/plain' }),
      { expiresIn: 60 },
    )
    const read = await fetch(source)
    t.equal(await read.text(), 'by anybody')
    t.equal(read.headers.get('content-type'), 'text/plain')
    t.equal(read.headers.get('content-security-policy'), 'sandbox')
  })
}

t.test('a listing goes by pages, prefixes and delimiters', async (t) => {
  const Bucket = 'pages'
  await dummy.send(new CreateBucketCommand({ Bucket }))
  const keys = Array.from(
    { length: 200 },
    (_, index) => `${index % 4} part/${String(index).padStart(3, '0')}`,
  )
  for (const Key of keys) await dummy.send(new PutObjectCommand({ Bucket, Key, Body: Key }))
  const seen: (string | undefined)[] = []
  for (let ContinuationToken: string | undefined, more = true; more; ) {
    const page = await dummy.send(
      new ListObjectsV2Command({ Bucket, MaxKeys: 70, ContinuationToken }),
    )
    seen.push(...(page.Contents ?? []).map(({ Key }) => Key))
    ContinuationToken = page.NextContinuationToken
    more = ContinuationToken !== undefined
  }
  t.strictSame(seen, keys.sort())
  const folders = await dummy.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }))
  t.strictSame(
    folders.CommonPrefixes?.map(({ Prefix }) => Prefix),
    ['0 part/', '1 part/', '2 part/', '3 part/'],
  )
  const one = await dummy.send(new ListObjectsV2Command({ Bucket, Prefix: '1 part/' }))
  t.equal(one.KeyCount, 50)
})
