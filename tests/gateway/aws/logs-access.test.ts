import { join } from 'node:path'
import t from 'tap'
import { startGateway } from '../../fixtures/gateway.ts'
import { signedHeaders } from '../../fixtures/signing.ts'

const API_KEY = 'hearth_0123456789abcdefghijklmnopqrstuvwxyz'
const READER = { accessKeyId: 'reader', secretAccessKey: 'a secret of who reads one log' }
const GROUP = 'arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/shop'

const statements = [{ actions: ['logs:*'], resources: [`${GROUP}:*`] }]
const folder = t.testdir({ 'keys.json': JSON.stringify({ keys: [{ ...READER, statements }] }) })
const { call, parts } = await startGateway(t, {
  apiKey: API_KEY,
  accessKeysFile: join(folder, 'keys.json'),
})
for (const name of ['shop', 'shop-admin']) {
  await call('POST /functions', {
    json: { name, source: 'export const handler = () => 1' },
    headers: { authorization: `Bearer ${API_KEY}` },
  })
  parts.logs.write(name, { timeMs: 1000, stream: 'one', text: 'hello' })
}

const CASES: [operation: string, input: object, status: number][] = [
  ['FilterLogEvents', { logGroupName: '/aws/lambda/shop' }, 200],
  ['FilterLogEvents', { logGroupIdentifier: GROUP }, 200],
  ['FilterLogEvents', { logGroupName: '/aws/lambda/shop-admin' }, 403],
  ['FilterLogEvents', { logGroupIdentifier: `${GROUP}-admin` }, 403],
  ['FilterLogEvents', {}, 403],
  // A name that only begins like what is allowed.
  ['FilterLogEvents', { logGroupName: '/aws/lambda/shop:x' }, 400],
  ['GetLogEvents', { logGroupName: '/aws/lambda/shop', logStreamName: 'one' }, 200],
  ['GetLogEvents', { logGroupName: '/aws/lambda/shop-admin', logStreamName: 'one' }, 403],
  ['DescribeLogStreams', { logGroupName: '/aws/lambda/shop' }, 200],
  ['PutRetentionPolicy', { logGroupName: '/aws/lambda/shop', retentionInDays: 1 }, 200],
  ['PutRetentionPolicy', { logGroupName: '/aws/lambda/shop-admin', retentionInDays: 1 }, 403],
  ['DescribeLogGroups', {}, 403],
]

for (const [operation, input, status] of CASES) {
  const title = `Who may read one log is answered ${status} to ${operation} ${JSON.stringify(input)}`
  t.test(title, async (t) => {
    const body = JSON.stringify(input)
    const headers = await signedHeaders('POST /', {
      service: 'logs',
      key: READER,
      headers: { 'x-amz-target': `Logs_20140328.${operation}` },
      body,
    })
    const answer = await call('POST /', { headers, payload: body })
    t.equal(answer.status, status, answer.text)
    if (status === 403) t.match(answer.body, { __type: 'AccessDeniedException' })
  })
}

t.test('A live tail and the last lines are one log’s as well', async (t) => {
  for (const [route, status] of [
    ['GET /functions/shop/logs', 200],
    ['GET /functions/shop-admin/logs', 403],
    ['GET /functions/shop-admin/logs/live', 403],
  ] as const) {
    const headers = await signedHeaders(route, { key: READER })
    t.equal((await call(route, { headers })).status, status, route)
  }
})
