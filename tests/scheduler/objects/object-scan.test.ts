import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { keys } from '../../../core/keys.ts'
import { commonPrefix } from '../../../scheduler/objects/object-scan.ts'
import { startGateway, WEBHOOK_TOKEN } from '../../fixtures/gateway.ts'
import { freePort, startMinio } from '../../fixtures/minio.ts'
import { type ScanOptions, scanRig, startScan } from '../../fixtures/object-scan.ts'
import { eventually } from '../../fixtures/rest.ts'

t.setTimeout(240_000)
const webhookPort = await freePort()
const minio = await startMinio({ webhookPort, webhookToken: WEBHOOK_TOKEN })
t.teardown(() => minio.stop())
const gateway = await startGateway(t, { storage: { state: 'on', store: minio.store } })
await gateway.app.listen({ port: webhookPort, host: '127.0.0.1' })
const { redis } = gateway
const rig = scanRig(t, { redis, minio })
const { unreported, put, keysOf, recordsOf, passed, scans, client } = rig

function scan(options?: ScanOptions & { limits?: object }) {
  const started = startScan(
    { redis: redis.redis, redisUrl: redis.url, store: minio.store, ...options },
    options,
  )
  return { ...started, [Symbol.asyncDispose]: started.close }
}

t.test('what nobody reported comes all the same, each once, and is told', async (t) => {
  await unreported('lost', { prefix: 'in/', suffix: '.txt' })
  for (const key of ['in/a b+c.txt', 'in/ü.txt', 'in/no.jpg', 'out/no.txt']) await put('lost', key)
  await using _ = scan()
  await passed('lost')
  await passed('lost')
  t.same((await keysOf('lost')).sort(), ['in/%C3%BC.txt', 'in/a+b%2Bc.txt'])
  await put('lost', 'in/ü.txt', 'changed')
  await eventually('the change is found', async () =>
    (await keysOf('lost')).length === 3 ? true : undefined,
  )
  const findings = await scans.findings('lost')
  t.match(findings, [{ key: 'in/ü.txt', functionName: 'lost', eventName: 'ObjectCreated:Put' }])
  t.equal(findings.length, 3)
  const ids = await redis.redis.zrange(keys.invocationsOf('lost'), '0', '-1')
  t.same(findings.map(({ invocationId }) => invocationId).sort(), ids.sort())
})

t.test('what was there before the trigger is no event', async (t) => {
  await minio.store.createBucket('older')
  await put('older', 'old')
  await sleep(5)
  await unreported('older')
  await put('older', 'new')
  await using _ = scan()
  await passed('older')
  await passed('older')
  t.same(await keysOf('older'), ['new'])
})

t.test('a trigger that comes later takes only what comes later', async (t) => {
  await unreported('second')
  await put('second', 'first')
  await using _ = scan()
  await passed('second')
  await passed('second')
  await rig.functions.create({ name: 'latecomer', revisionId: '1' } as never)
  await rig.triggers.add('latecomer', { type: 'object', bucket: 'second' })
  await minio.store.reportEvents('second', [])
  await put('second', 'then')
  await eventually('both have it', async () =>
    (await keysOf('second')).length === 2 && (await keysOf('latecomer')).length === 1
      ? true
      : undefined,
  )
  t.same(await keysOf('latecomer'), ['then'])
})

t.test('what webhooks have told is not told again, however it came to be', async (t) => {
  for (const bucket of ['told', 'told-versions']) {
    await unreported(bucket, { events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'] })
  }
  await client.setBucketVersioning('told-versions', { Status: 'Enabled' })
  await rig.triggers.ensureNotifications()
  await using _ = scan({ intervalMs: 1000 })
  for (const bucket of ['told', 'told-versions']) {
    await put(bucket, 'dir/plain ü+.txt')
    await put(bucket, 'empty', '')
    await put(bucket, 'folder/', '')
    await minio.store.putObject({ bucket, key: 'parts' }, streamOf(9_000_000))
    await client.copyObject(bucket, 'copy', `/${bucket}/dir/plain ü+.txt`)
    await put(bucket, 'gone')
    await minio.store.removeObject(bucket, 'gone')
  }
  await eventually('webhooks have come', async () =>
    (await keysOf('told')).length >= 7 && (await keysOf('told-versions')).length >= 7
      ? true
      : undefined,
  )
  for (let pass = 0; pass < 3; pass += 1) {
    await Promise.all([passed('told'), passed('told-versions')])
  }
  for (const bucket of ['told', 'told-versions']) {
    t.equal((await keysOf(bucket)).length, 7, bucket)
    const { lastPass } = await scans.read(bucket)
    t.equal(lastPass?.objects, bucket === 'told' ? 5 : 7, 'it has looked at all')
  }
})

t.test('what a trigger does not want is not taken for what it wants', async (t) => {
  await unreported('puts', { events: ['s3:ObjectCreated:Put'] })
  await rig.triggers.ensureNotifications()
  await put('puts', 'original')
  await client.copyObject('puts', 'copy', '/puts/original')
  await eventually('the put has come', async () =>
    (await keysOf('puts')).length === 1 ? true : undefined,
  )
  await eventually('the copy has been told', async () =>
    (await minio.undelivered()) === 0 ? true : undefined,
  )
  await using _ = scan()
  await passed('puts')
  await passed('puts')
  t.same(await keysOf('puts'), ['original'])
})

t.test('a bucket with versions: each version, and each delete marker', async (t) => {
  await unreported('versions', { events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'] })
  await client.setBucketVersioning('versions', { Status: 'Enabled' })
  await put('versions', 'a', '1')
  await put('versions', 'a', '22')
  await minio.store.removeObject('versions', 'a')
  await put('versions', 'b')
  await using _ = scan()
  await passed('versions')
  await passed('versions')
  const records = await recordsOf('versions')
  records.sort((a, b) => (a.eventTime < b.eventTime ? -1 : 1))
  const told = records.map(({ eventName, s3 }) => [eventName, s3.object.key, s3.object.size])
  t.same(told, [
    ['ObjectCreated:Put', 'a', 1],
    ['ObjectCreated:Put', 'a', 2],
    ['ObjectRemoved:DeleteMarkerCreated', 'a', undefined],
    ['ObjectCreated:Put', 'b', 1],
  ])
  const versionIds = records.map(({ s3 }) => s3.object.versionId)
  t.equal(new Set(versionIds).size, 4)
  t.match(versionIds, [/^[0-9a-f-]{36}$/])
})

t.test('a killed scheduler leaves its cursors, and the next one goes on there', async (t) => {
  const buckets = ['killed', 'killed-versions']
  const names = Array.from({ length: 30 }, (_, index) => `dir/a b+ü ${10 + index}`)
  for (const bucket of buckets) {
    await unreported(bucket)
    if (bucket !== 'killed') await client.setBucketVersioning(bucket, { Status: 'Enabled' })
    for (const name of names) await put(bucket, name)
  }
  const child = scanElsewhere({ intervalMs: 200, objectsPerSecond: 6 })
  const passOf = async (bucket: string) => (await scans.read(bucket)).pass
  const before = await eventually('pages of both are done', async () => {
    const passes = await Promise.all(buckets.map(passOf))
    return passes.every((pass) => (pass?.objects ?? 0) >= 12) ? passes : undefined
  })
  child.kill('SIGKILL')
  await once(child, 'exit')
  await using _ = scan({ intervalMs: 500 })
  // Of both at once: soon after, another pass of each is the last one.
  const firstEnds = await Promise.all(
    buckets.map((bucket) =>
      eventually('the pass ends', async () => (await scans.read(bucket)).lastPass),
    ),
  )
  for (const [index, bucket] of buckets.entries()) {
    t.ok(before[index]?.cursor, 'it was killed in the middle')
    const ended = firstEnds[index] as NonNullable<(typeof firstEnds)[number]>
    t.equal(ended.startedMs, before[index]?.startedMs, 'it is the same pass')
    t.equal(ended.objects, names.length, 'nothing was listed twice, and nothing left out')
    await passed(bucket)
    t.equal((await keysOf(bucket)).length, names.length)
    t.equal(new Set(await keysOf(bucket)).size, names.length)
  }
})

t.test('only what anybody wants is listed', async (t) => {
  await unreported('prefixes', { prefix: 'in/jpg/' })
  await rig.triggers.add('prefixes', { type: 'object', bucket: 'prefixes', prefix: 'in/png/' })
  await minio.store.reportEvents('prefixes', [])
  for (const key of ['in/jpg/a', 'in/png/b', 'in/other', 'out/c', 'a']) await put('prefixes', key)
  await using _ = scan({ intervalMs: 300 })
  await passed('prefixes')
  const { objects } = await passed('prefixes')
  t.equal(objects, 3)
  t.same((await keysOf('prefixes')).sort(), ['in/jpg/a', 'in/png/b'])
  const table: [string[], string][] = [
    [[], ''],
    [['in/'], 'in/'],
    [['in/', ''], ''],
    [['in/a', 'in/b', 'in'], 'in'],
    [['x', 'y'], ''],
  ]
  for (const [prefixes, common] of table) t.equal(commonPrefix(prefixes), common)
})

t.test('of two schedulers one scans, and each object comes once', async (t) => {
  await unreported('shared')
  for (let index = 0; index < 30; index += 1) await put('shared', `key-${index}`)
  await using _ = scan({ intervalMs: 300 })
  await using __ = scan({ intervalMs: 300 })
  await passed('shared')
  await passed('shared')
  t.equal((await keysOf('shared')).length, 30)
})

t.test('a full queue stops the pass where it is, and it goes on when there is room', async (t) => {
  await unreported('full')
  for (const key of ['a', 'b', 'c']) await put('full', key)
  {
    await using _ = scan({ intervalMs: 300, limits: { waitingPerFunction: 2 } })
    const { error, lastPass } = await eventually('it says so', async () => {
      const state = await scans.read('full')
      return state.error ? state : undefined
    })
    t.match(error?.message, /queue of function "full" holds 2/)
    await sleep(1000)
    t.equal((await keysOf('full')).length, 2)
    const now = await scans.read('full')
    t.same(now.lastPass, lastPass, 'the pass has no end')
    t.ok(now.pass)
  }
  await using _ = scan({ intervalMs: 300 })
  await passed('full')
  t.equal((await keysOf('full')).length, 3)
  t.equal((await scans.read('full')).error, undefined)
})

t.test('storage and Redis may go away; nothing is lost by it', async (t) => {
  await unreported('outage')
  await using running = scan({ intervalMs: 300 })
  await passed('outage')
  await put('outage', 'before')
  await minio.kill()
  await eventually('it says so', async () => (await scans.read('outage')).error)
  await redis.kill()
  await sleep(1500)
  t.ok(running.warnings.length < 50, 'it does not try without a pause')
  await redis.start()
  await minio.start()
  await eventually('Redis is back', async () => redis.redis.ping().catch(() => undefined))
  await put('outage', 'after')
  const found = await eventually('both are found', async () => {
    const found = await keysOf('outage').catch(() => [])
    return found.length === 2 ? found : undefined
  })
  t.same(found.sort(), ['after', 'before'])
})

t.test('without triggers nothing is scanned, and nothing of the scan is left', async (t) => {
  const { id } = await unreported('over')
  await using _ = scan({ intervalMs: 300 })
  await passed('over')
  await rig.triggers.remove('over', id)
  t.same(await redis.redis.keys('hearth:object-scan*:over'), [])
})

/** In a process of its own, to be killed. */
function scanElsewhere(options: ScanOptions) {
  const { endpoint, accessKeyId, secretAccessKey } = minio
  const given = { redisUrl: redis.url, endpoint, accessKeyId, secretAccessKey, options }
  const file = new URL('../../fixtures/object-scan-node.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [file, JSON.stringify(given)], {
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

function streamOf(bytes: number) {
  return Readable.from([Buffer.alloc(bytes)])
}
