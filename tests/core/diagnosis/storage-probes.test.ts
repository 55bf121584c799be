import { createServer } from 'node:http'
import t from 'tap'
import { runProbes } from '../../../core/diagnosis/check.ts'
import { storageProbes } from '../../../core/diagnosis/storage-probes.ts'
import { TurnQueue } from '../../../core/invocations/turn-queue.ts'
import { TriggerStore } from '../../../core/triggers/trigger-store.ts'
import { freePort, startMinio } from '../../fixtures/minio.ts'
import { startRedis } from '../../fixtures/redis.ts'

const webhookPort = await freePort()
const [server, minio] = await Promise.all([startRedis(), startMinio({ webhookPort })])
const turns = TurnQueue.open(server.url)
t.teardown(async () => {
  await turns.close()
  await Promise.all([server.stop(), minio.stop()])
})
const storage = { state: 'on' as const, store: minio.store }
const triggers = new TriggerStore({ redis: server.redis, turns, storage })

async function look() {
  const checks = await runProbes(storageProbes(storage, triggers))
  for (const { state, remedy } of checks) t.equal(remedy === undefined, state === 'ok')
  return Object.fromEntries(checks.map(({ name, ...check }) => [name, check]))
}

t.test('a store that answers is told with its clock', async (t) => {
  t.match(await look(), {
    storage: { state: 'ok', found: /answers in \d+ ms, and takes the platform’s key/ },
    'clock of storage': { state: 'ok' },
    'bucket notifications': { state: 'ok', found: /: 0$/ },
  })
})

t.test(
  'a webhook that leads nowhere is told, and one that leads to a gateway is good',
  async (t) => {
    t.match((await look())['storage webhook'], { state: 'failed', remedy: /GATEWAY_URL/ })
    const paths: unknown[] = []
    const gateway = createServer((request, response) => {
      paths.push(request.url)
      response.end('{}')
    })
    await new Promise<void>((resolve) => gateway.listen(webhookPort, '127.0.0.1', resolve))
    t.teardown(() => gateway.close())
    t.match((await look())['storage webhook'], { state: 'ok' })
    t.strictSame(paths, ['/health/live'], 'nothing that could be an event was sent')
  },
)

t.test('a bucket whose notification was taken away is named', async (t) => {
  await minio.store.createBucket('inbox')
  await triggers.add('f', { type: 'object', bucket: 'inbox', events: ['s3:ObjectCreated:*'] })
  t.match((await look())['bucket notifications'], { state: 'ok', found: /: 1$/ })
  await minio.store.writeNotification(
    'inbox',
    '<NotificationConfiguration></NotificationConfiguration>',
  )
  t.match((await look())['bucket notifications'], {
    state: 'failed',
    found: 'Buckets do not report what their triggers wait for: inbox',
  })
})

t.test('of a store that hangs, or is away, all is told in time', async (t) => {
  await minio.freeze()
  const hanging = await look()
  minio.thaw()
  t.match(hanging, { storage: { state: 'failed' }, 'clock of storage': { state: 'failed' } })
  await minio.kill()
  t.match(await look(), { storage: { state: 'failed', remedy: /S3_ENDPOINT/ } })
})

t.test('a store that is off by choice is a warning', async (t) => {
  const off = { state: 'off' as const, reason: 'MinIO could not be built' }
  t.match(await runProbes(storageProbes(off, triggers)), [
    { name: 'storage', state: 'warning', found: /MinIO could not be built/, remedy: String },
  ])
})
