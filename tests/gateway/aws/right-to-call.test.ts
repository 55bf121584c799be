import { join } from 'node:path'
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3'
import t from 'tap'
import { startGateway } from '../../fixtures/gateway.ts'
import { startMinio } from '../../fixtures/minio.ts'
import { failureOf, s3Client } from '../../fixtures/s3-client.ts'
import { type SigningOptions, signedHeaders } from '../../fixtures/signing.ts'

const API_KEY = 'hearth_0123456789abcdefghijklmnopqrstuvwxyz'
const OWN = { accessKeyId: 'hearth', secretAccessKey: API_KEY }
const RULES = { accessKeyId: 'rules', secretAccessKey: 'a secret of who makes rules' }
const Arn = 'arn:aws:lambda:us-east-1:000000000000:function:thumb'
const DENIED = { 'x-amzn-errortype': /^AccessDenied/ }

const statements = [{ actions: ['events:*', 'scheduler:*', 's3:*'], resources: ['*'] }]
const folder = t.testdir({ 'keys.json': JSON.stringify({ keys: [{ ...RULES, statements }] }) })
const accessKeysFile = join(folder, 'keys.json')
const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
const gateway = await startGateway(t, {
  apiKey: API_KEY,
  accessKeysFile,
  storage: { state: 'on', store: minio.store },
})
await gateway.call('POST /functions', {
  json: { name: 'thumb', source: 'export const handler = () => 1' },
  headers: { authorization: `Bearer ${API_KEY}` },
})

async function bucketsWatched(): Promise<string[]> {
  const headers = { authorization: `Bearer ${API_KEY}` }
  const { body } = await gateway.call('GET /functions/thumb/triggers', { headers })
  return body.triggers.flatMap(({ bucket }: { bucket?: string }) => bucket ?? [])
}

async function ask(route: `POST ${string}`, options: SigningOptions & { body: string }) {
  const headers = await signedHeaders(route, options)
  return gateway.call(route, { headers, payload: options.body })
}

t.test('whoever has a function called by a rule needs the right to call it', async (t) => {
  const events = (key: typeof OWN, operation: string, input: object) =>
    ask('POST /', {
      service: 'events',
      key,
      headers: { 'x-amz-target': `AWSEvents.${operation}` },
      body: JSON.stringify(input),
    })
  const rule = { Name: 'r', EventPattern: '{"source":["s"]}' }
  t.equal((await events(RULES, 'PutRule', rule)).status, 200)
  const targets = { Rule: 'r', Targets: [{ Id: '1', Arn }] }
  t.match((await events(RULES, 'PutTargets', targets)).headers, DENIED)
  t.equal((await events(OWN, 'PutTargets', targets)).status, 200)
})

t.test('and so does whoever has it called by a schedule', async (t) => {
  const body = JSON.stringify({
    ScheduleExpression: 'rate(1 day)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn, RoleArn: 'arn:aws:iam::000000000000:role/r' },
  })
  const make = (key: typeof OWN) => ask('POST /schedules/s', { service: 'scheduler', key, body })
  t.match((await make(RULES)).headers, DENIED)
  t.equal((await make(OWN)).status, 200)
})

t.test('and whoever has it called by a bucket', async (t) => {
  const url = await gateway.app.listen({ host: '127.0.0.1', port: 0 })
  const Bucket = 'things'
  await s3Client(t, url, OWN).send(new CreateBucketCommand({ Bucket }))
  const notification = { LambdaFunctionArn: Arn, Events: ['s3:ObjectCreated:*' as const] }
  const notify = (key: typeof OWN) =>
    s3Client(t, url, key).send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { LambdaFunctionConfigurations: [notification] },
      }),
    )
  t.match(await failureOf(notify(RULES)), { name: 'AccessDenied', status: 403 })
  t.same(await bucketsWatched(), [])
  await notify(OWN)
  t.same(await bucketsWatched(), [Bucket])
})
