import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { ObjectStore } from '../../../core/storage/object-store.ts'
import { startMinio } from '../../fixtures/minio.ts'
import { StorageWire } from '../../fixtures/storage-wire.ts'

/** More than one that is away gets, less than one that is slow. */
const SLOW_MS = 2000
/** Before one that is slow would be given up. */
const GIVEN_UP_MS = 4000

const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
const wire = await StorageWire.listen(minio.endpoint)
t.teardown(() => wire.close())
const store = ObjectStore.open({ ...minio, webhook: minio.store.webhook, endpoint: wire.endpoint })
t.teardown(() => store.close())

const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::photos/*'] }],
})

async function put(key: string) {
  const upload = { bucket: 'photos', key, size: 4 }
  return await store.putObject(upload, Readable.from([Buffer.from('text')]))
}

t.test('what the server needs its disk for may take it longer than to be away', async (t) => {
  // Its refusal of a stranger, which is what the look asks for, is as quick as ever.
  wire.delay = { of: ({ headers }) => headers.authorization !== undefined, ms: SLOW_MS }
  t.teardown(() => {
    wire.delay = undefined
  })
  t.equal(await store.createBucket('photos'), true)
  await put('a.txt')
  const { body } = await store.getObject('photos', 'a.txt')
  t.equal(String(await buffer(body)), 'text')
  const [listed, credentials] = await Promise.all([
    store.listAll('photos', { limit: 10, withVersions: false }),
    store.temporaryCredentials(POLICY, 900),
  ])
  t.match(listed.objects, [{ key: 'a.txt' }])
  t.ok(credentials.sessionToken)
  await store.removeObject('photos', 'a.txt')
  t.ok(wire.held >= 7, 'all of it was slow')
})

t.test('one that is stopped is away, and told so before a slow one would be', async (t) => {
  await minio.freeze()
  const asked = Promise.allSettled([
    store.createBucket('other'),
    put('b.txt'),
    store.getObject('photos', 'b.txt'),
    store.listObjects('photos', { limit: 10 }),
    store.temporaryCredentials(POLICY, 900),
    store.removeObject('photos', 'b.txt'),
  ])
  const answers = await Promise.race([asked, wait(GIVEN_UP_MS)])
  minio.thaw()
  const away = { reason: { code: 'StorageUnavailable' } }
  t.match(
    answers,
    Array.from({ length: 6 }, () => away),
  )
})

t.test('one that is gone is told so', async (t) => {
  await minio.kill()
  await t.rejects(store.createBucket('other'), { code: 'StorageUnavailable' })
})
