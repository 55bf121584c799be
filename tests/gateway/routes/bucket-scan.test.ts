import t from 'tap'
import { startGateway } from '../../fixtures/gateway.ts'
import { startMinio } from '../../fixtures/minio.ts'

const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
const { call, create, parts } = await startGateway(t, {
  storage: { state: 'on', store: minio.store },
})

t.test('a bucket says how far its scan is, and what it has found', async (t) => {
  await minio.store.createBucket('photos')
  t.same((await call('GET /buckets/photos/scan')).body, {
    bucket: 'photos',
    state: 'off',
    findings: [],
  })
  await create('thumbnail')
  const { body: trigger } = await call('POST /functions/thumbnail/triggers', {
    json: { type: 'object', bucket: 'photos' },
  })
  t.same((await call('GET /buckets/photos/scan')).body, {
    bucket: 'photos',
    state: 'waiting',
    watermark: trigger.createdAt,
    findings: [],
  })
  const startedMs = Date.parse('2026-11-25T12:00:00Z')
  const finding = {
    foundAt: '2026-11-25T12:00:01.000Z',
    key: 'a.jpg',
    versionId: 'v1',
    eventName: 'ObjectCreated:Put',
    modifiedAt: '2026-11-25T11:59:00.000Z',
    functionName: 'thumbnail',
    invocationId: 'i1',
  }
  await parts.scans.take('photos')
  await parts.scans.addFinding('photos', finding)
  await parts.scans.save('photos', {
    pass: {
      startedMs,
      clockOffsetMs: 0,
      isVersioned: true,
      cursor: 'here',
      objects: 2000,
      found: 1,
    },
    lastPass: {
      startedMs: startedMs - 120_000,
      endedMs: startedMs - 110_000,
      objects: 9,
      found: 0,
    },
    watermarkMs: startedMs - 150_000,
    error: { atMs: startedMs, message: 'Object storage cannot be reached: it hangs' },
  })
  t.same((await call('GET /buckets/photos/scan')).body, {
    bucket: 'photos',
    state: 'scanning',
    pass: { startedAt: '2026-11-25T12:00:00.000Z', objects: 2000, found: 1, cursor: 'here' },
    lastPass: {
      startedAt: '2026-11-25T11:58:00.000Z',
      endedAt: '2026-11-25T11:58:10.000Z',
      objects: 9,
      found: 0,
    },
    watermark: '2026-11-25T11:57:30.000Z',
    error: {
      at: '2026-11-25T12:00:00.000Z',
      message: 'Object storage cannot be reached: it hangs',
    },
    findings: [finding],
  })
})

t.test('a bucket that is not there is told as such', async (t) => {
  const { status, body } = await call('GET /buckets/nowhere/scan')
  t.equal(status, 404)
  t.equal(body.error.code, 'BucketNotFound')
})
