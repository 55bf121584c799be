import { randomBytes } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  GetBucketNotificationConfigurationCommand,
  type LambdaFunctionConfiguration,
  PutBucketNotificationConfigurationCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import t, { type Test } from 'tap'
import { fromBufferPromise } from 'yauzl'
import {
  backUp,
  configurationOf,
  EVENT,
  furnish,
  OBJECT,
  restore,
  SCHEDULE,
} from '../../fixtures/backups.ts'
import { type GatewayFixture, startGateway } from '../../fixtures/gateway.ts'
import { startMinio } from '../../fixtures/minio.ts'
import { s3Client } from '../../fixtures/s3-client.ts'

const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
await minio.store.createBucket('photos')
/** Ids of the triggers whose schedules are in force. */
const schedulesOf = ({ redis: { redis } }: GatewayFixture) =>
  redis.zrange('hearth-queue:turns:repeat', '0', '-1')
const start = (t: Test) => startGateway(t, { storage: { state: 'on', store: minio.store } })

t.test('what was backed up is there again: functions, code, addresses, triggers', async (t) => {
  const [from, to] = [await start(t), await start(t)]
  await furnish(from)
  const archive = await backUp(from)
  const { status, body } = await restore(to, archive)
  t.equal(status, 200)
  t.strictSame(body.functions, [
    { name: 'full', outcome: 'created' },
    { name: 'plain', outcome: 'created' },
  ])
  t.strictSame(body.warnings, [])
  t.strictSame(await configurationOf(to), await configurationOf(from))
  t.strictSame(to.link.announced, ['full', 'plain'])
  const [trigger] = await to.parts.triggers.list('full')
  t.match(trigger, SCHEDULE)
  t.strictSame(await readdir(to.packages), await readdir(from.packages))
  t.strictSame(await schedulesOf(to), [trigger?.id], 'the schedule is in force')
  const url = (await to.call('GET /functions/full/url')).body
  t.strictSame(url, (await from.call('GET /functions/full/url')).body)
  t.strictSame((await to.parts.attachments.byUrlId(url.urlId)).target, 'full')
})

t.test('a notification of a bucket is read back as it was set', async (t) => {
  const [from, to] = [await start(t), await start(t)]
  await minio.store.createBucket('notified')
  const Bucket = 'notified'
  const clientOf = async ({ app }: GatewayFixture) =>
    s3Client(t, await app.listen({ host: '127.0.0.1', port: 0 }))
  const clients = { from: await clientOf(from), to: await clientOf(to) }
  const read = async (client: S3Client) => {
    const command = new GetBucketNotificationConfigurationCommand({ Bucket })
    return (await client.send(command)).LambdaFunctionConfigurations
  }
  await from.create('f')
  const rules: LambdaFunctionConfiguration[] = ['z & first', 'second'].map((Id) => ({
    Id,
    LambdaFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
    Events: ['s3:ObjectCreated:*'],
    Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: `${Id}/` }] } },
  }))
  const NotificationConfiguration = { LambdaFunctionConfigurations: rules }
  const put = new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration })
  await clients.from.send(put)
  const told = await read(clients.from)
  t.match(told, rules)
  t.equal((await restore(to, await backUp(from))).status, 200)
  t.strictSame(await read(clients.to), told)
})

t.test('an archive is an ordinary zip, whose packages can be taken out', async (t) => {
  const gateway = await start(t)
  await furnish(gateway)
  const zip = await fromBufferPromise(await backUp(gateway))
  const paths: string[] = []
  for await (const entry of zip.eachEntry()) paths.push(entry.fileName)
  t.match(
    paths.join(),
    /^manifest\.json,packages\/[0-9a-f]{64}\.zip$/,
    'one package, though two use it',
  )
})

t.test('a restore may be repeated, and takes up one that was broken off', async (t) => {
  const [from, to] = [await start(t), await start(t)]
  await furnish(from)
  const archive = await backUp(from)
  // As where the platform is killed between a function and its schedules, and before the next one.
  to.link.onAnnounce = () => Promise.reject(new Error('gone'))
  t.equal((await restore(to, archive)).status, 500)
  const { id = '' } = (await to.parts.triggers.list('full'))[0] ?? {}
  await to.parts.triggers.enforce([], await to.parts.triggers.list('full'))
  t.equal((await to.call('GET /functions/plain')).status, 404)
  to.link.onAnnounce = () => undefined

  const { status, body } = await restore(to, archive)
  t.equal(status, 200)
  t.strictSame(body.functions, [
    { name: 'full', outcome: 'unchanged' },
    { name: 'plain', outcome: 'created' },
  ])
  t.match((await schedulesOf(to)).join(), id)
  t.strictSame(await configurationOf(to), await configurationOf(from))
  const before = await configurationOf(to)
  t.strictSame((await restore(to, archive)).body.functions.map(outcomeOf), [
    'unchanged',
    'unchanged',
  ])
  t.strictSame(await configurationOf(to), before)
})

const outcomeOf = ({ outcome }: { outcome: string }) => outcome

t.test('functions that are there stay, unless it is asked to replace them', async (t) => {
  const [from, to] = [await start(t), await start(t)]
  await furnish(from)
  const archive = await backUp(from)
  await to.create('full', { memoryMb: 1024 })
  await to.create('mine')
  await to.call('PUT /functions/full/url')
  const rate = { type: 'schedule', schedule: 'rate(1 day)' }
  const mine = (await to.call('POST /functions/full/triggers', { json: rate })).body
  await to.call('POST /functions/full/triggers', { json: EVENT })
  const before = await configurationOf(to)
  const refused = await restore(to, archive)
  t.match(refused, {
    status: 409,
    body: { error: { code: 'RestoreConflict', message: /: function full$/ } },
  })
  t.strictSame(await configurationOf(to), before, 'not even the others were made')

  const { body } = await restore(to, archive, '?replace=true')
  t.strictSame(body.functions, [
    { name: 'full', outcome: 'replaced' },
    { name: 'plain', outcome: 'created' },
  ])
  const after = (await to.call('GET /functions')).body.functions
  t.strictSame(
    after.map(({ name, memoryMb }: { name: string; memoryMb: number }) => [name, memoryMb]),
    [
      ['full', 512],
      ['mine', 128],
      ['plain', 128],
    ],
  )
  t.strictSame(
    await to.parts.triggers.list('full'),
    await from.parts.triggers.list('full'),
    'its own triggers went with it',
  )
  t.notMatch((await schedulesOf(to)).join(), mine.id)
  t.equal(await to.redis.redis.hlen('hearth:function-urls'), 1, 'and so did its address')
  t.equal(await to.redis.redis.hlen('hearth:event-triggers'), 1)
})

t.test('a bucket that is missing is told, and its trigger in force once it is made', async (t) => {
  const [from, to] = [await start(t), await start(t)]
  await minio.store.createBucket('later')
  await from.create('f')
  await from.call('POST /functions/f/triggers', { json: { ...OBJECT, bucket: 'later' } })
  const archive = await backUp(from)
  const other = await startMinio({ webhookPort: 9 })
  t.teardown(() => other.stop())
  const there = await startGateway(t, { storage: { state: 'on', store: other.store } })
  const { status, body } = await restore(there, archive)
  t.equal(status, 200)
  const [trigger] = await there.parts.triggers.list('f')
  t.strictSame(body.warnings, [
    { functionName: 'f', triggerId: trigger?.id, reason: 'Bucket "later" does not exist' },
  ])
  t.equal((await there.call('PUT /buckets/later')).status, 201)
  const upload = { bucket: 'later', key: 'in/x.jpg', size: 1 }
  await other.store.putObject(upload, Readable.from([Buffer.from('x')]))
  while ((await other.undelivered()) === 0) await sleep(20)
  t.equal((await restore(there, archive)).body.warnings.length, 0)
  t.equal((await restore(to, archive)).status, 200)
})

t.test('under deployments a backup has each function as it was at one moment', async (t) => {
  const [from, to] = [await start(t), await start(t)]
  const names = ['a', 'b', 'c', 'd']
  // Each round gives every function, one after the other, a higher number and the code to it.
  const deploy = async (round: number) => {
    for (const name of names) {
      const source = `export const handler = async () => ${round}`
      await from.call(`PUT /functions/${name}/code`, { json: { source } })
      await from.call(`PATCH /functions/${name}`, { json: { environment: { ROUND: `${round}` } } })
    }
  }
  for (const name of names) await from.create(name)
  await deploy(0)
  let stop = false
  const deploying = (async () => {
    for (let round = 1; !stop; round += 1) await deploy(round)
  })()
  const archives: Buffer[] = []
  for (let n = 0; n < 8; n += 1) {
    await sleep(20)
    archives.push(await backUp(from))
  }
  stop = true
  await deploying
  const seen = new Set<string>()
  for (const archive of archives) {
    t.equal((await restore(to, archive, '?replace=true')).status, 200)
    const { functions } = (await to.call('GET /functions')).body
    const rounds = functions.map((f: { environment: { ROUND: string } }) => +f.environment.ROUND)
    seen.add(rounds.join())
    t.strictSame(
      rounds,
      [...rounds].sort((a, b) => b - a),
      `${rounds} is one moment`,
    )
    t.ok(rounds[0] - rounds[3] <= 1, `${rounds} is one moment`)
    for (const { codeSha256 } of functions) t.ok(await to.parts.code.get(codeSha256))
  }
  t.ok(seen.size > 1, 'functions changed meanwhile')
})

t.test('a package that is damaged on disk ends the backup, so that it is no archive', async (t) => {
  const [from, to] = [await start(t), await start(t)]
  const noise = { source: `// ${randomBytes(2 ** 20).toString('base64')}` }
  await from.create('a', noise)
  const { codeSha256, codeSize } = (await from.create('b')).body
  const file = `${Buffer.from(codeSha256, 'base64').toString('hex')}.zip`
  await writeFile(`${from.packages}/${file}`, Buffer.alloc(codeSize))
  const url = await from.app.listen({ host: '127.0.0.1', port: 0 })
  const { body: stream } = await fetch(`${url}/backup`)
  const chunks: Uint8Array[] = []
  await t.rejects(async () => {
    for await (const chunk of stream ?? []) chunks.push(chunk)
  }, 'the answer is broken off')
  const cut = Buffer.concat(chunks)
  t.match(await restore(to, cut), { status: 400, body: { error: { code: 'InvalidBackup' } } })
})
