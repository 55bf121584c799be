import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketNotificationConfigurationCommand,
  type LambdaFunctionConfiguration,
  PutBucketNotificationConfigurationCommand,
} from '@aws-sdk/client-s3'
import t from 'tap'
import { HearthError } from '../../../core/errors.ts'
import { startGateway } from '../../fixtures/gateway.ts'
import { startMinio } from '../../fixtures/minio.ts'
import { failureOf, s3Client } from '../../fixtures/s3-client.ts'

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function'

const minio = await startMinio({ webhookPort: 9, otherTarget: 'THEIRS' })
t.teardown(() => minio.stop())
const { store } = minio
const gateway = await startGateway(t, { storage: { state: 'on', store } })
const { call, create, link } = gateway
const client = s3Client(t, await gateway.app.listen({ host: '127.0.0.1', port: 0 }))

t.before(async () => {
  for (const name of ['one', 'two']) await create(name)
  await call('POST /functions/two/versions', { json: {} })
  await call('PUT /functions/two/aliases/prod', { json: { functionVersion: '1' } })
})

let made = 0
/** A bucket of the test's own. */
async function newBucket(): Promise<string> {
  const Bucket = `bucket-${made++}`
  await client.send(new CreateBucketCommand({ Bucket }))
  return Bucket
}

function rule(name: string, fields: Partial<LambdaFunctionConfiguration> = {}) {
  return { LambdaFunctionArn: `${ARN}:${name}`, Events: ['s3:ObjectCreated:*' as const], ...fields }
}

function put(Bucket: string, ...rules: LambdaFunctionConfiguration[]) {
  const NotificationConfiguration = { LambdaFunctionConfigurations: rules }
  return client.send(
    new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }),
  )
}

async function get(Bucket: string) {
  const answer = await client.send(new GetBucketNotificationConfigurationCommand({ Bucket }))
  return answer.LambdaFunctionConfigurations ?? []
}

async function triggersOf(name: string): Promise<{ id: string; bucket: string }[]> {
  return (await call(`GET /functions/${name}/triggers`)).body.triggers
}

t.test('a notification is read back as it was set, and is triggers of its functions', async (t) => {
  const bucket = await newBucket()
  const rules = [
    rule('two:prod', {
      Id: 'z & <first>',
      Events: ['s3:ObjectRemoved:Delete', 's3:ObjectCreated:Put'],
    }),
    rule('one', {
      Id: 'a-second',
      Filter: {
        Key: {
          FilterRules: [
            { Name: 'suffix', Value: '.jpg' },
            { Name: 'Prefix' as 'prefix', Value: 'in/ü ' },
          ],
        },
      },
      Events: ['s3:ObjectCreated:Copy'],
    }),
  ]
  await put(bucket, ...rules)
  t.strictSame(await get(bucket), rules)
  t.match(await triggersOf('one'), [
    {
      type: 'object',
      bucket,
      events: ['s3:ObjectCreated:Copy'],
      prefix: 'in/ü ',
      suffix: '.jpg',
      notification: { id: 'a-second' },
    },
  ])
  t.match(await triggersOf('two'), [
    { bucket, qualifier: 'prod', notification: { functionArn: `${ARN}:two:prod` } },
  ])
  t.match(await store.readNotification(bucket), 'HEARTHSURE')
})

t.test('a rule without an id gets one, which it keeps', async (t) => {
  const bucket = await newBucket()
  await put(bucket, rule('one'))
  const [first] = await get(bucket)
  t.match(first, { ...rule('one'), Id: /^.{8,}$/ })
  t.strictSame(await get(bucket), [first])
})

t.test('what is set replaces all that was there, whatever door it came by', async (t) => {
  const bucket = await newBucket()
  const other = await newBucket()
  await put(other, rule('one'))
  await call('POST /functions/two/triggers', { json: { type: 'object', bucket, prefix: 'rest/' } })
  const [byRest] = (await triggersOf('two')).filter((one) => one.bucket === bucket)
  const shown = rule('two', {
    Id: byRest?.id ?? '',
    Filter: { Key: { FilterRules: [{ Name: 'Prefix' as 'prefix', Value: 'rest/' }] } },
  })
  t.strictSame(await get(bucket), [shown])
  await put(bucket, rule('one', { Id: 'only' }))
  t.strictSame(await get(bucket), [rule('one', { Id: 'only' })])
  t.strictSame(
    (await triggersOf('two')).filter((one) => one.bucket === bucket),
    [],
  )
  await put(bucket)
  t.strictSame(await get(bucket), [])
  t.notMatch(await store.readNotification(bucket), 'HEARTH')
  t.equal((await get(other)).length, 1, 'and nothing of another bucket')
})

t.test('a rule that stays goes on as the trigger that it was', async (t) => {
  const bucket = await newBucket()
  await put(bucket, rule('one', { Id: 'a' }))
  const [before] = (await triggersOf('one')).filter((one) => one.bucket === bucket)
  link.announced.length = 0
  await put(
    bucket,
    rule('two', { Id: 'new', Events: ['s3:ObjectRemoved:*'] }),
    rule('one', { Id: 'b' }),
  )
  const [after] = (await triggersOf('one')).filter((one) => one.bucket === bucket)
  t.equal(after?.id, before?.id)
  t.match(after, { notification: { id: 'b', position: 1 } })
  t.strictSame(
    link.announced,
    ['two'],
    'only a function that may read the bucket from now on is new',
  )
  link.announced.length = 0
  await put(bucket, rule('one', { Id: 'b' }))
  t.strictSame(link.announced, ['two'], 'or that may not any more')
})

t.test('a configuration that cannot be is refused whole, and the one before stays', async (t) => {
  const bucket = await newBucket()
  const kept = rule('one', { Id: 'kept', Events: ['s3:ObjectRemoved:*'] })
  await put(bucket, kept)
  const refused = async (sent: Promise<unknown>, message: RegExp) => {
    t.match(await failureOf(sent), { name: 'InvalidArgument', status: 400, message })
    t.strictSame(await get(bucket), [kept])
  }
  await refused(
    put(bucket, rule('one'), rule('nobody', { Events: ['s3:ObjectRemoved:*'] })),
    /^Unable to validate the following destination configurations$/,
  )
  await refused(put(bucket, rule('two:test')), /^Unable to validate/)
  await refused(put(bucket, rule('one'), rule('two')), /^Configuration is ambiguously defined/)
  const events = ['s3:ObjectTagging:*' as const]
  await refused(put(bucket, rule('one', { Events: events })), /event is not supported/)
  const QueueConfigurations = [{ QueueArn: 'arn:aws:sqs:us-east-1:000000000000:q', Events: events }]
  const queue = { Bucket: bucket, NotificationConfiguration: { QueueConfigurations } }
  await refused(
    client.send(new PutBucketNotificationConfigurationCommand(queue)),
    /^Unable to validate/,
  )
  for (const failing of [() => put('not-there', rule('one')), () => get('not-there')]) {
    t.match(await failureOf(failing()), { name: 'NoSuchBucket', status: 404 })
  }
})

t.test('what cannot be served is taken back', async (t) => {
  const bucket = await newBucket()
  const kept = rule('one', { Id: 'kept' })
  await put(bucket, kept)
  link.onAnnounce = () => {
    throw new HearthError('SchedulerUnavailable')
  }
  const failure = await failureOf(put(bucket, rule('two', { Id: 'new' })))
  link.onAnnounce = () => undefined
  t.match(failure, { name: 'ServiceUnavailable', status: 503 })
  t.strictSame(await get(bucket), [kept])
  t.strictSame(
    (await triggersOf('two')).filter((one) => one.bucket === bucket),
    [],
  )
})

t.test('what others have set at the store stays there, and does not show', async (t) => {
  const bucket = await newBucket()
  const theirs =
    '<NotificationConfiguration><QueueConfiguration><Id>x</Id><Event>s3:ObjectCreated:*</Event><Queue>arn:minio:sqs::THEIRS:webhook</Queue></QueueConfiguration></NotificationConfiguration>'
  await store.writeNotification(bucket, theirs)
  t.strictSame(await get(bucket), [])
  await put(bucket, rule('one'))
  await put(bucket)
  t.match(await store.readNotification(bucket), 'THEIRS')
})

t.test(
  'a bucket that is removed takes its triggers with it; one that waits for its triggers gets them',
  async (t) => {
    const bucket = await newBucket()
    await put(bucket, rule('one'))
    await client.send(new DeleteBucketCommand({ Bucket: bucket }))
    t.strictSame(
      (await triggersOf('one')).filter((one) => one.bucket === bucket),
      [],
    )
    const waiting = await newBucket()
    await put(waiting, rule('one'))
    await store.writeNotification(waiting, '<NotificationConfiguration/>')
    const again = new CreateBucketCommand({ Bucket: waiting })
    t.match(await failureOf(client.send(again)), { name: 'BucketAlreadyOwnedByYou' })
    await call(`PUT /buckets/${waiting}`)
    t.match(await store.readNotification(waiting), 'HEARTHSURE')
  },
)
