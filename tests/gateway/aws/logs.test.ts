import { type FilteredLogEvent, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs'
import t from 'tap'
import { awsClients, signedFor } from '../../fixtures/aws-services.ts'
import { startGateway } from '../../fixtures/gateway.ts'
import { noPythonClients, runPythonClient } from '../../fixtures/python-clients.ts'

const { app, call, create, parts } = await startGateway(t)
const url = await app.listen({ port: 0, host: '127.0.0.1' })
await create('shop')
await create('shop-admin')
await create('other')

const START = Date.UTC(2026, 0, 1)
const STREAM = (hex: string, version = '$LATEST') => `2026/01/01/[${version}]${hex}`

/** Thirty lines, a second between them, by turns in two sandboxes. */
for (let index = 0; index < 30; index += 1) {
  parts.logs.write('shop', {
    timeMs: START + index * 1000,
    invocationId: `i-${index}`,
    stream: STREAM(index % 2 === 0 ? 'aa' : 'bb'),
    text: JSON.stringify({ level: index % 10 === 9 ? 'ERROR' : 'INFO', n: index }),
  })
}

// biome-ignore lint/suspicious/noExplicitAny: a test looks wherever it likes
async function ask(operation: string, input: object): Promise<any> {
  const headers = { ...signedFor('logs'), 'x-amz-target': `Logs_20140328.${operation}` }
  const { body } = await call('POST /', { payload: JSON.stringify(input), headers })
  return body
}

const shop = { logGroupName: '/aws/lambda/shop' }
const numbersIn = (events: { message: string }[]) =>
  events.map(({ message }) => JSON.parse(message).n)
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => from + index)

t.test('Each function has a log group', async (t) => {
  const names = ({ logGroups }: { logGroups: { logGroupName: string }[] }) =>
    logGroups.map(({ logGroupName }) => logGroupName)
  const all = await ask('DescribeLogGroups', {})
  t.strictSame(names(all), ['/aws/lambda/other', '/aws/lambda/shop', '/aws/lambda/shop-admin'])
  t.match(all.logGroups[1], {
    arn: 'arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/shop:*',
    logGroupArn: 'arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/shop',
    creationTime: Number,
    storedBytes: Number,
    retentionInDays: undefined,
  })
  const logGroupNamePrefix = '/aws/lambda/shop'
  const first = await ask('DescribeLogGroups', { logGroupNamePrefix, limit: 1 })
  t.strictSame(names(first), ['/aws/lambda/shop'])
  const { nextToken } = first
  const second = await ask('DescribeLogGroups', { logGroupNamePrefix, limit: 1, nextToken })
  t.strictSame(names(second), ['/aws/lambda/shop-admin'])
  t.equal(second.nextToken, undefined)
  t.strictSame(names(await ask('DescribeLogGroups', { logGroupNamePattern: 'adm' })), [
    '/aws/lambda/shop-admin',
  ])
})

t.test('Each sandbox has a log stream', async (t) => {
  const all = await ask('DescribeLogStreams', shop)
  t.match(all.logStreams, [
    {
      logStreamName: STREAM('aa'),
      firstEventTimestamp: START,
      lastEventTimestamp: START + 28_000,
      arn: `arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/shop:log-stream:${STREAM('aa')}`,
    },
    { logStreamName: STREAM('bb'), lastEventTimestamp: START + 29_000 },
  ])
  const last = { ...shop, orderBy: 'LastEventTime', descending: true, limit: 1 }
  const newest = await ask('DescribeLogStreams', last)
  t.match(newest, { logStreams: [{ logStreamName: STREAM('bb') }], nextToken: STREAM('bb') })
  const { nextToken } = newest
  t.match(await ask('DescribeLogStreams', { ...last, nextToken }), {
    logStreams: [{ logStreamName: STREAM('aa') }],
    nextToken: undefined,
  })
  const none = await ask('DescribeLogStreams', { ...shop, logStreamNamePrefix: '2025' })
  t.strictSame(none.logStreams, [])
})

t.test('Events are filtered, and come by pages', async (t) => {
  const all = await ask('FilterLogEvents', shop)
  t.strictSame(numbersIn(all.events), numbers(0, 30))
  t.match(all.events[0], { logStreamName: STREAM('aa'), timestamp: START, eventId: /^\d{56}$/ })
  t.equal(new Set(all.events.map(({ eventId }: { eventId: string }) => eventId)).size, 30)
  const cases: [object, number[]][] = [
    [{ filterPattern: '{ $.level = "ERROR" }' }, [9, 19, 29]],
    [{ filterPattern: 'ERROR' }, [9, 19, 29]],
    [{ filterPattern: '-INFO' }, [9, 19, 29]],
    [{ startTime: START + 27_000 }, [27, 28, 29]],
    [{ endTime: START + 2000 }, [0, 1, 2]],
    [{ logStreamNames: [STREAM('bb')], endTime: START + 5000 }, [1, 3, 5]],
    [{ logStreamNamePrefix: '2026/01/01/[$LATEST]a', endTime: START + 5000 }, [0, 2, 4]],
    [{ interleaved: true, filterPattern: '{ $.n > 27 }' }, [28, 29]],
  ]
  for (const [input, wanted] of cases) {
    const { events, nextToken } = await ask('FilterLogEvents', { ...shop, ...input })
    t.strictSame(numbersIn(events), wanted, JSON.stringify(input))
    t.equal(nextToken, undefined)
  }
  const found: number[] = []
  let nextToken: string | undefined
  do {
    const page = await ask('FilterLogEvents', { ...shop, limit: 7, nextToken })
    found.push(...numbersIn(page.events))
    nextToken = page.nextToken
  } while (nextToken)
  t.strictSame(found, numbers(0, 30))
})

t.test('A stream is read forwards and backwards', async (t) => {
  const stream = {
    logGroupIdentifier: 'arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/shop',
    logStreamName: STREAM('aa'),
  }
  const last = await ask('GetLogEvents', { ...stream, limit: 3 })
  t.strictSame(numbersIn(last.events), [24, 26, 28])
  const before = await ask('GetLogEvents', {
    ...stream,
    limit: 3,
    nextToken: last.nextBackwardToken,
  })
  t.strictSame(numbersIn(before.events), [18, 20, 22])
  const forth = await ask('GetLogEvents', {
    ...stream,
    limit: 3,
    nextToken: before.nextForwardToken,
  })
  t.strictSame(numbersIn(forth.events), [24, 26, 28])
  const end = await ask('GetLogEvents', { ...stream, nextToken: last.nextForwardToken })
  t.match(end, { events: [], nextForwardToken: last.nextForwardToken })
  const head = await ask('GetLogEvents', { ...stream, startFromHead: true, limit: 2 })
  t.strictSame(numbersIn(head.events), [0, 2])
  const part = await ask('GetLogEvents', {
    ...stream,
    startTime: START + 4000,
    endTime: START + 8000,
  })
  t.strictSame(numbersIn(part.events), [4, 6])
})

t.test('A group may have a retention', async (t) => {
  const group = { logGroupName: '/aws/lambda/shop-admin' }
  await ask('PutRetentionPolicy', { ...group, retentionInDays: 3 })
  const described = await ask('DescribeLogGroups', { logGroupNamePrefix: group.logGroupName })
  t.match(described.logGroups, [{ retentionInDays: 3 }])
  t.match((await call('GET /functions/shop-admin/logs')).body, { kept: { days: 3 } })
  await ask('DeleteRetentionPolicy', group)
  const after = await ask('DescribeLogGroups', { logGroupNamePrefix: group.logGroupName })
  t.equal(after.logGroups[0].retentionInDays, undefined)
})

const REFUSED: [string, object, string, RegExp][] = [
  [
    'FilterLogEvents',
    { logGroupName: '/aws/lambda/none' },
    'ResourceNotFoundException',
    /log group does not exist/,
  ],
  ['FilterLogEvents', { logGroupName: 'shop' }, 'ResourceNotFoundException', /log group/],
  ['FilterLogEvents', {}, 'InvalidParameterException', /Exactly one of/],
  [
    'FilterLogEvents',
    { ...shop, filterPattern: '{ $.a' },
    'InvalidParameterException',
    /filter pattern/,
  ],
  ['FilterLogEvents', { ...shop, nextToken: 'x' }, 'InvalidParameterException', /nextToken/],
  ['FilterLogEvents', { ...shop, limit: 10_001 }, 'InvalidParameterException', /'limit'/],
  [
    'FilterLogEvents',
    { ...shop, colour: 'red' },
    'InvalidParameterException',
    /'colour' is not supported/,
  ],
  [
    'FilterLogEvents',
    { ...shop, logStreamNames: ['a'], logStreamNamePrefix: 'a' },
    'InvalidParameterException',
    /mutually exclusive/,
  ],
  [
    'GetLogEvents',
    { ...shop, logStreamName: 'none' },
    'ResourceNotFoundException',
    /log stream does not exist/,
  ],
  [
    'GetLogEvents',
    { ...shop, logStreamName: STREAM('aa'), nextToken: 'f/x' },
    'InvalidParameterException',
    /nextToken/,
  ],
  ['DescribeLogStreams', { ...shop, nextToken: 'x' }, 'InvalidParameterException', /nextToken/],
  [
    'DescribeLogStreams',
    { ...shop, orderBy: 'LastEventTime', logStreamNamePrefix: 'a' },
    'InvalidParameterException',
    /Cannot order/,
  ],
  [
    'DescribeLogGroups',
    { logGroupNamePrefix: 'a', logGroupNamePattern: 'a' },
    'InvalidParameterException',
    /mutually exclusive/,
  ],
  [
    'PutRetentionPolicy',
    { ...shop, retentionInDays: 2 },
    'InvalidParameterException',
    /retentionInDays/,
  ],
  [
    'PutRetentionPolicy',
    { logGroupName: '/aws/lambda/none', retentionInDays: 1 },
    'ResourceNotFoundException',
    /log group/,
  ],
  ['CreateLogGroup', shop, 'UnknownOperationException', /CreateLogGroup is not supported/],
]

for (const [operation, input, code, message] of REFUSED) {
  t.test(`${operation} ${JSON.stringify(input)} is refused`, async (t) => {
    t.match(await ask(operation, input), { __type: code, message })
  })
}

t.test('The AWS SDK reads them', async (t) => {
  const { logs } = awsClients(url)
  const pages = paginateFilterLogEvents(
    { client: logs, pageSize: 4 },
    { ...shop, filterPattern: '{ $.n < 10 }' },
  )
  const found: FilteredLogEvent[] = []
  for await (const page of pages) found.push(...(page.events ?? []))
  t.strictSame(
    found.map(({ message = '{}' }) => JSON.parse(message).n),
    numbers(0, 10),
  )
  const { logGroups } = await logs.describeLogGroups({ logGroupNamePrefix: shop.logGroupName })
  t.match(logGroups, [
    { logGroupName: '/aws/lambda/shop' },
    { logGroupName: '/aws/lambda/shop-admin' },
  ])
  const got = await logs.getLogEvents({
    ...shop,
    logStreamName: STREAM('bb'),
    startFromHead: true,
    limit: 1,
  })
  t.match(got, { events: [{ timestamp: START + 1000 }], nextForwardToken: /^f\// })
})

t.test('The aws command line reads them', { skip: noPythonClients }, async (t) => {
  const aws = async (...words: string[]) => {
    const { code, stdout, stderr } = await runPythonClient(url, 'aws', ['logs', ...words])
    if (code !== 0) throw new Error(stderr)
    return stdout === '' ? {} : JSON.parse(stdout)
  }
  const group = ['--log-group-name', '/aws/lambda/shop']
  const { logGroups } = await aws(
    'describe-log-groups',
    '--log-group-name-prefix',
    '/aws/lambda/sh',
  )
  t.equal(logGroups.length, 2)
  const { logStreams } = await aws('describe-log-streams', ...group, '--order-by', 'LastEventTime')
  t.equal(logStreams.length, 2)
  // It asks for page after page by itself.
  const found = await aws(
    'filter-log-events',
    ...group,
    '--filter-pattern',
    '{ $.level = "ERROR" }',
    '--page-size',
    '2',
  )
  t.strictSame(numbersIn(found.events), [9, 19, 29])
  const got = await aws(
    'get-log-events',
    ...group,
    '--log-stream-name',
    STREAM('bb'),
    '--limit',
    '2',
  )
  t.strictSame(numbersIn(got.events), [27, 29])
  await aws('put-retention-policy', ...group, '--retention-in-days', '14')
  await aws('delete-retention-policy', ...group)
  await t.rejects(aws('filter-log-events', '--log-group-name', '/aws/lambda/none'), {
    message: /ResourceNotFoundException.*The specified log group does not exist/,
  })
})
