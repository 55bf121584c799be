import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { Client } from 'minio'
import t from 'tap'
import type { HearthError } from '../../../core/errors.ts'
import { ObjectStore } from '../../../core/storage/object-store.ts'
import type { StoredVersion } from '../../../core/storage/stored-object.ts'
import { startMinio } from '../../fixtures/minio.ts'

const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
const { store } = minio

/** Of a size that is known before. */
async function put(bucket: string, key: string, text: string) {
  const body = Readable.from([Buffer.from(text)])
  return await store.putObject({ bucket, key, size: Buffer.byteLength(text) }, body)
}

async function putOfUnknownSize(bucket: string, key: string, text: string) {
  return await store.putObject({ bucket, key }, Readable.from([Buffer.from(text)]))
}

async function code(action: Promise<unknown>): Promise<string> {
  try {
    await action
    return 'none'
  } catch (error) {
    return (error as HearthError).code
  }
}

t.test('a bucket is made once, and listed', async (t) => {
  t.equal(await store.createBucket('photos'), true)
  t.equal(await store.createBucket('photos'), false)
  const names = (await store.listBuckets()).map(({ name }) => name)
  t.match(names, ['photos'])
})

t.test('what was put comes back, with its type, whether its size was known or not', async (t) => {
  const bytes = randomBytes(20 * 1024 * 1024)
  await store.createBucket('files')
  for (const [key, size] of [
    ['known', bytes.length],
    ['unknown', undefined],
  ] as const) {
    const pieces = Readable.from([bytes.subarray(0, 7_000_000), bytes.subarray(7_000_000)])
    const upload = { bucket: 'files', key, contentType: 'image/x-test' }
    const { eTag } = await store.putObject(size ? { ...upload, size } : upload, pieces)
    const { body, headers } = await store.getObject('files', key)
    t.ok((await buffer(body)).equals(bytes), `${key} size: same bytes`)
    t.match(headers, {
      'content-type': 'image/x-test',
      'content-length': `${bytes.length}`,
      etag: `"${eTag}"`,
    })
  }
})

t.test('an empty object is an object, whether its size was known or not', async (t) => {
  await store.createBucket('empty')
  await put('empty', 'known', '')
  await putOfUnknownSize('empty', 'unknown', '')
  const { objects } = await store.listObjects('empty', { limit: 10 })
  t.match(objects, [
    { key: 'known', size: 0 },
    { key: 'unknown', size: 0 },
  ])
})

t.test('keys come back as they were, whatever they look like', async (t) => {
  const keys = ['007', '1e3', 'a/b c+d&e.txt', 'ünter den Linden/%2F?#.jpg', '<x>', 'тест'].sort()
  await store.createBucket('keys')
  for (const key of keys) await put('keys', key, key)
  const { objects } = await store.listObjects('keys', { limit: 100 })
  t.same(objects.map(({ key }) => key).sort(), keys)
  for (const key of keys) {
    t.equal((await buffer((await store.getObject('keys', key)).body)).toString(), key)
  }
})

t.test('a listing goes by pages and by prefix, and misses nothing', async (t) => {
  await store.createBucket('pages')
  const keys = Array.from({ length: 7 }, (_, index) => `in/${index}`)
  for (const key of [...keys, 'out/1']) await put('pages', key, 'x')
  const found: string[] = []
  let cursor: string | undefined
  let pages = 0
  do {
    const page = await store.listObjects('pages', { limit: 3, prefix: 'in/', cursor })
    found.push(...page.objects.map(({ key }) => key))
    cursor = page.cursor
    pages += 1
  } while (cursor !== undefined)
  t.same(found, keys)
  t.equal(pages, 3)
})

t.test('a whole listing shows versions and delete markers, by pages of any size', async (t) => {
  const client = new Client({
    endPoint: '127.0.0.1',
    port: Number(new URL(minio.endpoint).port),
    useSSL: false,
    accessKey: minio.accessKeyId,
    secretKey: minio.secretAccessKey,
    region: 'us-east-1',
  })
  await store.createBucket('versions')
  await put('versions', 'dir/a b+ü*', 'before')
  t.match(await store.readVersioning('versions'), { isVersioned: false })
  await client.setBucketVersioning('versions', { Status: 'Enabled' })
  const { isVersioned, clockMs } = await store.readVersioning('versions')
  t.equal(isVersioned, true)
  t.ok(Math.abs(clockMs - Date.now()) < 60_000, 'the clock is of the server, here ours')
  for (const text of ['1', '22']) await put('versions', 'dir/a b+ü*', text)
  await store.removeObject('versions', 'dir/a b+ü*')
  await put('versions', 'dir/true', '1')
  await client.setBucketVersioning('versions', { Status: 'Suspended' })
  t.match(await store.readVersioning('versions'), { isVersioned: true })
  const all = [
    ['dir/a b+ü*', 0, true],
    ['dir/a b+ü*', 1, false],
    ['dir/a b+ü*', 2, false],
    ['dir/a b+ü*', 6, false],
    ['dir/true', 1, false],
  ]
  for (const limit of [1, 2, 100]) {
    const found = await listed('versions', { limit, withVersions: true })
    const shown = found.map(({ key, size, isDeleteMarker = false }) => [key, size, isDeleteMarker])
    t.same(shown.sort(), all, `${limit} a page`)
    t.equal(new Set(found.map(({ versionId }) => versionId)).size, 5)
  }
  const latest = await listed('versions', { limit: 1, withVersions: false })
  t.same(
    latest.map(({ key }) => key),
    ['dir/true'],
  )
})

async function listed(bucket: string, page: { limit: number; withVersions: boolean }) {
  const found: StoredVersion[] = []
  let cursor: string | undefined
  do {
    const { objects, cursor: next } = await store.listAll(bucket, { ...page, cursor })
    found.push(...objects)
    cursor = next
  } while (cursor !== undefined)
  return found
}

t.test('an upload that breaks off leaves the object as it was, and no part of it', async (t) => {
  await store.createBucket('broken')
  await put('broken', 'file', 'before')
  for (const size of [undefined, 20_000_000]) {
    const body = Readable.from(
      (async function* () {
        yield Buffer.alloc(9_000_000)
        throw new Error('The caller went away')
      })(),
    )
    const upload = { bucket: 'broken', key: 'file', ...(size !== undefined && { size }) }
    await t.rejects(store.putObject(upload, body))
  }
  t.equal((await buffer((await store.getObject('broken', 'file')).body)).toString(), 'before')
})

t.test('what is not there is named', async (t) => {
  await store.createBucket('there')
  t.equal(await code(store.getObject('not-there', 'x')), 'BucketNotFound')
  t.equal(await code(store.getObject('there', 'x')), 'ObjectNotFound')
  t.equal(await code(put('not-there', 'x', 'x')), 'BucketNotFound')
  t.equal(await code(store.listObjects('not-there', { limit: 1 })), 'BucketNotFound')
  t.equal(await code(store.requireBucket('not-there')), 'BucketNotFound')
  t.equal(await code(store.reportEvents('not-there', [])), 'BucketNotFound')
  t.equal(await code(store.removeObject('there', 'x')), 'none')
})

t.test('a name that the server does not take is the caller’s fault', async (t) => {
  await store.createBucket('names')
  t.equal(await code(store.createBucket('a..b')), 'InvalidRequest')
  t.equal(await code(put('names', '../x', 'x')), 'InvalidRequest')
  t.equal(await code(put('names', 'k'.repeat(1025), 'x')), 'InvalidRequest')
})

t.test('a wrong key is told as the server refusing it', async (t) => {
  const { endpoint, accessKeyId } = minio
  const secretAccessKey = 'wrong-wrong-wrong'
  const other = ObjectStore.open({ endpoint, accessKeyId, secretAccessKey, webhook: store.webhook })
  t.teardown(() => other.close())
  await t.rejects(other.ping(), { code: 'StorageUnavailable', message: /refused the access key/ })
})

t.test(
  'a server that hangs is StorageUnavailable for each verb, and works again after',
  async (t) => {
    await store.createBucket('hang')
    await put('hang', 'x', 'x')
    await minio.freeze()
    const verbs = [
      store.ping(),
      store.getObject('hang', 'x'),
      put('hang', 'y', 'y'),
      putOfUnknownSize('hang', 'y', 'y'),
      store.listObjects('hang', { limit: 1 }),
      store.listAll('hang', { limit: 1, withVersions: true }),
      store.readVersioning('hang'),
      store.createBucket('hang-too'),
      store.removeObject('hang', 'x'),
      store.reportEvents('hang', ['s3:ObjectCreated:Put']),
      store.temporaryCredentials('{"Version":"2012-10-17","Statement":[]}', 900),
    ]
    t.same(
      await Promise.all(verbs.map(code)),
      verbs.map(() => 'StorageUnavailable'),
    )
    minio.thaw()
    await store.getObject('hang', 'x').then(({ body }) => buffer(body))
  },
)

t.test(
  'a server that is gone is StorageUnavailable, and works again when it is back',
  async (t) => {
    await minio.kill()
    t.equal(await code(store.ping()), 'StorageUnavailable')
    t.equal(await code(put('photos', 'x', 'x')), 'StorageUnavailable')
    await minio.start()
    await put('photos', 'x', 'x')
  },
)
