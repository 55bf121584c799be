import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { TurnQueue } from '../../../core/invocations/turn-queue.ts'
import { keys } from '../../../core/keys.ts'
import { type ObjectRecord, readWebhook } from '../../../core/triggers/s3-event.ts'
import { matchesObject } from '../../../core/triggers/trigger.ts'
import { TriggerStore } from '../../../core/triggers/trigger-store.ts'
import { startMinio } from '../../fixtures/minio.ts'
import { startRedis } from '../../fixtures/redis.ts'
import { eventually } from '../../fixtures/rest.ts'

const redis = await startRedis()
t.teardown(() => redis.stop())
const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
const plain = await startMinio({ webhookPort: 9, withoutWebhooks: true })
t.teardown(() => plain.stop())
const turns = TurnQueue.open(redis.url)
t.teardown(() => turns.close())

const { store } = minio
const triggers = new TriggerStore({ redis: redis.redis, turns, storage: { state: 'on', store } })

async function matching(record: ObjectRecord) {
  const all = await triggers.objectTriggers(record.bucket)
  return all.filter((trigger) => matchesObject(trigger, record))
}

function put(bucket: string, key = 'a.jpg', eventName = 's3:ObjectCreated:Put') {
  const raw = { eventTime: 'now', eventName, s3: { bucket: { name: bucket }, object: { key } } }
  const [record] = readWebhook(Buffer.from(JSON.stringify({ Records: [raw] }))).records
  if (!record) throw new Error('no record')
  return record
}

/** The bucket's notification as MinIO tells it. */
async function notificationOf(bucket: string): Promise<string> {
  return await store.readNotification(bucket)
}

t.test(
  'an object trigger sets its bucket’s notification, and takes it away with the last one',
  async (t) => {
    await store.createBucket('one')
    const first = await triggers.add('f', { type: 'object', bucket: 'one' })
    t.match(first, { functionName: 'f', bucket: 'one', events: ['s3:ObjectCreated:*'] })
    const set = await notificationOf('one')
    for (const part of [
      'HEARTHFAST',
      'HEARTHSURE',
      's3:ObjectCreated:Put',
      's3:ObjectCreated:CompleteMultipartUpload',
    ]) {
      t.match(set, part)
    }
    t.notMatch(set, 's3:ObjectRemoved')
    const second = await triggers.add('g', {
      type: 'object',
      bucket: 'one',
      events: ['s3:ObjectRemoved:*'],
    })
    t.match(await notificationOf('one'), 's3:ObjectRemoved:Delete')
    await triggers.remove('g', second.id)
    t.notMatch(await notificationOf('one'), 's3:ObjectRemoved')
    await triggers.remove('f', first.id)
    t.notMatch(await notificationOf('one'), 'HEARTH')
  },
)

t.test(
  'triggers that come and go at once leave exactly the notification that is needed',
  async (t) => {
    await store.createBucket('busy')
    const events = ['s3:ObjectCreated:Put', 's3:ObjectCreated:Copy', 's3:ObjectRemoved:*'] as const
    const made = await Promise.all(
      events.map((event) => triggers.add('f', { type: 'object', bucket: 'busy', events: [event] })),
    )
    t.match(await notificationOf('busy'), 's3:ObjectCreated:Put')
    t.match(await notificationOf('busy'), 's3:ObjectCreated:Copy')
    t.match(await notificationOf('busy'), 's3:ObjectRemoved:Delete')
    const last = triggers.add('g', {
      type: 'object',
      bucket: 'busy',
      events: ['s3:ObjectCreated:Post'],
    })
    await Promise.all([...made.map(({ id }) => triggers.remove('f', id)), last])
    const created = ['CompleteMultipartUpload', 'Copy', 'Post', 'Put']
    t.same(
      [...(await notificationOf('busy')).matchAll(/<Event>(.*?)<\/Event>/g)].map(
        ([, name]) => name,
      ),
      [...created, ...created].map((name) => `s3:ObjectCreated:${name}`),
      'of ways of creating an object, all or none',
    )
  },
)

t.test('what others set on the bucket stays', async (t) => {
  await store.createBucket('shared')
  const theirs =
    '<QueueConfiguration><Id>theirs</Id><Filter><S3Key><FilterRule><Name>prefix</Name><Value>007</Value></FilterRule></S3Key></Filter><Event>s3:ObjectAccessed:Get</Event><Queue>arn:minio:sqs::SOMEBODYELSE:webhook</Queue></QueueConfiguration>'
  const other = await startMinio({ webhookPort: 9, otherTarget: 'SOMEBODYELSE' })
  t.teardown(() => other.stop())
  await other.store.createBucket('shared')
  // A server that has just started may not know its targets yet.
  await eventually('their notification is taken', async () => {
    const xml = `<NotificationConfiguration>${theirs}</NotificationConfiguration>`
    const written = other.store.writeNotification('shared', xml)
    return written.then(
      () => true,
      () => undefined,
    )
  })
  const before = await other.store.readNotification('shared')
  t.match(before, 'SOMEBODYELSE')
  const mixed = new TriggerStore({
    redis: redis.redis,
    turns,
    storage: { state: 'on', store: other.store },
  })
  const { id } = await mixed.add('f', { type: 'object', bucket: 'shared' })
  const between = await other.store.readNotification('shared')
  t.match(between, 'SOMEBODYELSE')
  t.match(between, 'HEARTHSURE')
  await mixed.remove('f', id)
  t.equal(await other.store.readNotification('shared'), before)
})

t.test('a bucket that is not there is refused, and nothing is left', async (t) => {
  await t.rejects(triggers.add('nothing', { type: 'object', bucket: 'not-there' }), {
    code: 'BucketNotFound',
  })
  t.same(await triggers.list('nothing'), [])
  t.same(await matching(put('not-there')), [])
})

t.test(
  'a server without our webhooks is refused with the variables, and nothing is left',
  async (t) => {
    await plain.store.createBucket('plain')
    const storage = { state: 'on', store: plain.store } as const
    const users = new TriggerStore({ redis: redis.redis, turns, storage })
    await t.rejects(users.add('nothing', { type: 'object', bucket: 'plain' }), {
      code: 'WebhookMissing',
      remedy: /MINIO_NOTIFY_WEBHOOK_ENABLE_HEARTHFAST=on/,
    })
    t.same(await users.list('nothing'), [])
  },
)

t.test('without storage an object trigger is refused with the reason', async (t) => {
  const off = new TriggerStore({
    redis: redis.redis,
    turns,
    storage: { state: 'off', reason: 'no MinIO was found' },
  })
  await t.rejects(off.add('f', { type: 'object', bucket: 'one' }), {
    code: 'StorageOff',
    message: /no MinIO was found/,
  })
})

t.test('a record finds the triggers of its bucket that want it', async (t) => {
  await store.createBucket('match')
  const jpg = await triggers.add('f', { type: 'object', bucket: 'match', suffix: '.jpg' })
  const all = await triggers.add('g', { type: 'object', bucket: 'match' })
  await triggers.add('g', { type: 'object', bucket: 'match', events: ['s3:ObjectRemoved:*'] })
  const idsOf = async (key: string) =>
    (await matching(put('match', key))).map(({ id }) => id).sort()
  t.same(await idsOf('a.jpg'), [jpg.id, all.id].sort())
  t.same(await idsOf('a.png'), [all.id])
})

t.test('a schedule is put into the queue and taken out of it', async (t) => {
  const schedules = () => redis.redis.zrange('hearth-queue:turns:repeat', '0', '-1')
  const trigger = await triggers.add('f', {
    type: 'schedule',
    schedule: 'rate(5 minutes)',
    input: { a: 1 },
  })
  t.match(await schedules(), [trigger.id])
  await triggers.remove('f', trigger.id)
  t.same(await schedules(), [])
})

t.test('a schedule that cannot be is refused, and nothing is left', async (t) => {
  for (const schedule of ['rate(0 minutes)', 'cron(0 0 31 2 ? *)', 'every day']) {
    await t.rejects(triggers.add('nothing', { type: 'schedule', schedule }), {
      code: 'InvalidSchedule',
    })
  }
  await t.rejects(
    triggers.add('nothing', {
      type: 'schedule',
      schedule: 'cron(0 9 * * ? *)',
      timezone: 'Mars/Olympus',
    }),
    { code: 'InvalidSchedule' },
  )
  t.same(await triggers.list('nothing'), [])
})

t.test('triggers are listed oldest first, and all go with their function', async (t) => {
  await store.createBucket('all')
  const made = []
  for (const input of [
    { type: 'schedule', schedule: 'rate(1 hour)' },
    { type: 'object', bucket: 'all' },
    { type: 'event', pattern: { type: ['order.created'] } },
  ] as const) {
    made.push((await triggers.add('whole', input as never)).id)
    await sleep(2)
  }
  t.same(
    (await triggers.list('whole')).map(({ id }) => id),
    made,
  )
  await triggers.removeAll('whole')
  t.same(await triggers.list('whole'), [])
  t.notMatch(await notificationOf('all'), 'HEARTH')
  t.equal(await redis.redis.hlen(keys.eventTriggers), 0)
  await t.rejects(triggers.remove('whole', made[0] ?? ''), { code: 'TriggerNotFound' })
})

t.test('a function takes a hundred triggers and no more', async (t) => {
  const input = { type: 'event', pattern: { type: ['x'] } } as const
  for (let index = 0; index < 100; index += 1)
    await triggers.add('many', { ...input, pattern: { ...input.pattern, type: ['x'] } })
  await t.rejects(triggers.add('many', { type: 'event', pattern: { type: ['x'] } }), {
    code: 'InvalidRequest',
    message: /100 triggers/,
  })
  await triggers.removeAll('many')
})

t.test(
  'a start sets notifications that got lost, and takes away those that nobody needs',
  async (t) => {
    await store.createBucket('lost')
    await store.createBucket('stray')
    const { id } = await triggers.add('f', { type: 'object', bucket: 'stray' })
    await triggers.add('f', { type: 'object', bucket: 'lost' })
    await store.reportEvents('lost', [])
    await minio.kill()
    await triggers.remove('f', id)
    await minio.start()
    t.match(await notificationOf('stray'), 'HEARTH')
    t.same(await triggers.ensureNotifications(), new Map())
    t.notMatch(await notificationOf('stray'), 'HEARTH')
    t.match(await notificationOf('lost'), 'HEARTH')
  },
)
