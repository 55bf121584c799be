import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import t from 'tap'
import type { Storage } from '../../../core/storage/object-store.ts'
import { startMinio } from '../../fixtures/minio.ts'
import { failureOf, s3Client } from '../../fixtures/s3-client.ts'
import { listeningGateway } from '../../fixtures/s3-gateway.ts'
import { KEY, presignedUrl } from '../../fixtures/signing.ts'

const API_KEY = 'a-key-of-the-platform-itself'
const STATEMENTS = [
  { actions: ['s3:ListBucket'], resources: ['arn:aws:s3:::things'] },
  { actions: ['s3:*Object'], resources: ['arn:aws:s3:::things/mine/*'] },
]

const accessKeysFile = join(t.testdir({ 'keys.json': '' }), 'keys.json')
const KEEPER = { accessKeyId: 'keeper', secretAccessKey: 'a secret of one who keeps' }
const ALL_BUT_KEPT = [
  { actions: ['s3:*'], resources: ['*'] },
  { effect: 'Deny', actions: ['s3:*'], resources: ['arn:aws:s3:::things/keep/*'] },
]
const keys = [
  { ...KEY, statements: STATEMENTS },
  { ...KEEPER, statements: ALL_BUT_KEPT },
]
await writeFile(accessKeysFile, JSON.stringify({ keys }))
const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
const storage: Storage = { state: 'on', store: minio.store }
const gateway = await listeningGateway(t, { storage, apiKey: API_KEY, accessKeysFile })
const own = s3Client(t, gateway, { accessKeyId: 'hearth', secretAccessKey: API_KEY })
const limited = s3Client(t, gateway, KEY)
await own.send(new CreateBucketCommand({ Bucket: 'things' }))

const put = (Key: string) => new PutObjectCommand({ Bucket: 'things', Key, Body: 'bytes' })
const get = (Key: string) => new GetObjectCommand({ Bucket: 'things', Key })

t.test('The key of the platform may do everything', async (t) => {
  await own.send(put('theirs/a b'))
  const { Body } = await own.send(get('theirs/a b'))
  t.equal(await Body?.transformToString(), 'bytes')
  t.match((await own.send(new ListBucketsCommand({}))).Buckets, [{ Name: 'things' }])
})

t.test('A key may do what its statements say', async (t) => {
  await limited.send(put('mine/a'))
  t.equal(await (await limited.send(get('mine/a'))).Body?.transformToString(), 'bytes')
  t.equal((await limited.send(new ListObjectsV2Command({ Bucket: 'things' }))).KeyCount, 2)
  const copy = { Bucket: 'things', Key: 'mine/b' }
  await limited.send(new CopyObjectCommand({ ...copy, CopySource: 'things/mine/a' }))
  await limited.send(new DeleteObjectCommand({ Bucket: 'things', Key: 'mine/b' }))
  const source = { ...copy, CopySource: 'things/theirs/a b' }
  const objects = { Objects: [{ Key: 'mine/a' }] }
  const refused: Array<[action: string, send: () => Promise<unknown>]> = [
    ['s3:PutObject', () => limited.send(put('theirs/c'))],
    ['s3:GetObject', () => limited.send(get('theirs/a b'))],
    ['s3:GetObject', () => limited.send(new CopyObjectCommand(source))],
    ['s3:ListAllMyBuckets', () => limited.send(new ListBucketsCommand({}))],
    ['s3:CreateBucket', () => limited.send(new CreateBucketCommand({ Bucket: 'other' }))],
    ['s3:OtherGET', () => limited.send(new GetBucketVersioningCommand({ Bucket: 'things' }))],
    [
      's3:DeleteObject',
      () => limited.send(new DeleteObjectsCommand({ Bucket: 'things', Delete: objects })),
    ],
  ]
  for (const [action, send] of refused) {
    const message = new RegExp(`user/thumbs is not authorized to perform: ${action} on`)
    t.match(await failureOf(send()), { name: 'AccessDenied', status: 403, message }, action)
  }
})

t.test('A wrong secret, an unknown key and an old date are told in the words of S3', async (t) => {
  const wrong = s3Client(t, gateway, { ...KEY, secretAccessKey: 'another secret of enough length' })
  t.match(await failureOf(wrong.send(put('mine/x'))), {
    name: 'SignatureDoesNotMatch',
    status: 403,
  })
  const unknown = s3Client(t, gateway, { ...KEY, accessKeyId: 'nobody' })
  t.match(await failureOf(unknown.send(put('mine/x'))), { name: 'InvalidAccessKeyId', status: 403 })
  const date = new Date(Date.now() - 7_200_000)
  const url = await presignedUrl('GET /things/mine/a', { service: 's3', date })
  const old = await fetch(`${gateway}${url}`)
  t.equal(old.status, 403)
  t.match(await old.text(), /<Code>(?:RequestTimeTooSkewed|AccessDenied)<\/Code>/)
})

t.test('What a statement denies is denied whatever way it is asked for', async (t) => {
  const keeper = s3Client(t, gateway, KEEPER)
  await own.send(put('keep/a'))
  await keeper.send(put('other'))
  const several = (Bucket: string, ...Keys: string[]) =>
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: Keys.map((Key) => ({ Key })) } })
  await t.rejects(keeper.send(several('things', 'other', 'keep/a')), { name: 'AccessDenied' })
  await own.send(get('keep/a'))
  await keeper.send(new CreateBucketCommand({ Bucket: 'elsewhere' }))
  await keeper.send(several('elsewhere', 'anything'))
  const sources = [
    'things/keep/a#x',
    'things:/keep/a',
    'things://h/things/keep/a',
    '//h/things/keep/a',
  ]
  for (const CopySource of ['things/keep/a', ...sources]) {
    const copy = new CopyObjectCommand({ Bucket: 'elsewhere', Key: 'copy', CopySource })
    await t.rejects(keeper.send(copy), CopySource)
  }
})

t.test('An archive is an object, and nothing is unpacked to where nobody was asked', async (t) => {
  const Key = 'mine/archive.tar'
  const Metadata = { 'snowball-auto-extract': 'true' }
  await limited.send(new PutObjectCommand({ Bucket: 'things', Key, Body: 'no tar', Metadata }))
  const { Body, Metadata: kept } = await limited.send(get(Key))
  t.equal(await Body?.transformToString(), 'no tar')
  t.strictSame(kept, {})
})
