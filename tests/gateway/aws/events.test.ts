import t from 'tap'
import { arnOf, awsClients, type Refusal, refused } from '../../fixtures/aws-services.ts'
import { startGateway } from '../../fixtures/gateway.ts'

const { app, create } = await startGateway(t)
const { eventBridge } = awsClients(await app.listen({ port: 0 }))
await create('orders')
await eventBridge.putRule({
  Name: 'large-orders',
  EventPattern: '{"source":["shop"]}',
  Tags: [{ Key: 'team', Value: 'shop' }],
})

t.test('Tags of a rule', async (t) => {
  const ResourceARN = 'arn:aws:events:us-east-1:000000000000:rule/large-orders'
  await eventBridge.tagResource({ ResourceARN, Tags: [{ Key: 'cost', Value: '7' }] })
  await eventBridge.untagResource({ ResourceARN, TagKeys: ['team'] })
  t.same((await eventBridge.listTagsForResource({ ResourceARN })).Tags, [
    { Key: 'cost', Value: '7' },
  ])
})

t.test('The default bus, and patterns to try', async (t) => {
  const Arn = 'arn:aws:events:us-east-1:000000000000:event-bus/default'
  t.match(await eventBridge.describeEventBus({}), { Name: 'default', Arn })
  t.match(await eventBridge.listEventBuses({}), { EventBuses: [{ Name: 'default', Arn }] })
  const EventPattern = '{"source":["a"]}'
  t.match(await eventBridge.testEventPattern({ EventPattern, Event: '{"source":"a"}' }), {
    Result: true,
  })
  t.match(await eventBridge.testEventPattern({ EventPattern, Event: '{"source":"b"}' }), {
    Result: false,
  })
})

const Entry = { Source: 'a', DetailType: 'b', Detail: '{}' }

t.test('Entries and targets that cannot be taken are told one by one', async (t) => {
  const { DetailType: _type, ...untyped } = Entry
  t.match(
    await eventBridge.putEvents({
      Entries: [
        Entry,
        untyped,
        { ...Entry, Detail: '[]' },
        { ...Entry, Source: 'aws.s3' },
        { ...Entry, EventBusName: 'other' },
      ],
    }),
    {
      FailedEntryCount: 4,
      Entries: [
        { EventId: /^[0-9a-f-]{36}$/ },
        { ErrorCode: 'InvalidArgument', ErrorMessage: /DetailType is a required argument/ },
        { ErrorCode: 'MalformedDetail' },
        { ErrorCode: 'NotAuthorizedForSourceException' },
        { ErrorCode: 'ResourceNotFoundException' },
      ],
    },
  )
  await eventBridge.putRule({ Name: 'partly', EventPattern: '{"source":["never"]}' })
  const Targets = [
    { Id: 'queue', Arn: 'arn:aws:sqs:us-east-1:000000000000:queue' },
    { Id: 'version', Arn: `${arnOf('orders')}:7` },
    { Id: 'missing', Arn: arnOf('missing') },
    { Id: 'good', Arn: arnOf('orders') },
  ]
  t.match(await eventBridge.putTargets({ Rule: 'partly', Targets }), {
    FailedEntryCount: 3,
    FailedEntries: [
      { TargetId: 'queue', ErrorMessage: /only functions of this platform are/ },
      { TargetId: 'version', ErrorMessage: /Function not found.*:7/ },
      { TargetId: 'missing', ErrorMessage: /Function not found/ },
    ],
  })
  const listed = await eventBridge.listTargetsByRule({ Rule: 'partly' })
  t.same(listed.Targets, [{ Id: 'good', Arn: arnOf('orders') }])
  const six = Array.from({ length: 6 }, (_, index) => ({ Id: `${index}`, Arn: arnOf('orders') }))
  await t.rejects(
    eventBridge.putTargets({ Rule: 'partly', Targets: six }),
    refused('LimitExceededException', 400, /at most 5 targets/),
  )
  await eventBridge.removeTargets({ Rule: 'partly', Ids: ['good'] })
})

const rule = { Name: 'refused' }

const target = { Id: '1', Arn: arnOf('orders') }

const REFUSED_BY_EVENTS: Refusal[] = [
  [
    'a rule of nothing',
    () => eventBridge.putRule(rule),
    refused('ValidationException', 400, /EventPattern or ScheduleExpression must be specified/),
  ],
  [
    'a pattern that is none',
    () => eventBridge.putRule({ ...rule, EventPattern: '{"source":"a"}' }),
    refused('InvalidEventPatternException', 400, /"source": it must be an array/),
  ],
  [
    'a pattern that reaches a prototype',
    () => eventBridge.putRule({ ...rule, EventPattern: '{"__proto__":["a"]}' }),
    refused('InvalidEventPatternException', 400, /"__proto__"/),
  ],
  [
    'a tag that does',
    () =>
      eventBridge.putRule({
        ...rule,
        EventPattern: '{"a":[1]}',
        Tags: [{ Key: '__proto__', Value: '' }],
      }),
    refused('ValidationException', 400, /'tags.1.member.key' failed to satisfy constraint/),
  ],
  [
    'half of a surrogate pair',
    () => eventBridge.putRule({ ...rule, EventPattern: '{"a":[1]}', Description: 'x\ud800' }),
    refused('SerializationException', 400, /half of a surrogate pair/),
  ],
  [
    'a schedule that is none',
    () => eventBridge.putRule({ ...rule, ScheduleExpression: 'rate(1 hours)' }),
    refused('ValidationException', 400, /ScheduleExpression is not valid.*singular/),
  ],
  [
    'a time of its own',
    () => eventBridge.putRule({ ...rule, ScheduleExpression: 'at(2199-01-01T00:00:00)' }),
    refused('ValidationException', 400, /EventBridge Scheduler/),
  ],
  [
    'another bus',
    () => eventBridge.putRule({ ...rule, EventPattern: '{"a":[1]}', EventBusName: 'other' }),
    refused('ResourceNotFoundException', 400, /Event bus other does not exist/),
  ],
  [
    'targets of no rule',
    () => eventBridge.putTargets({ Rule: 'refused', Targets: [target] }),
    refused('ResourceNotFoundException', 400, /Rule refused does not exist/),
  ],
  [
    'an input transformer',
    () =>
      eventBridge.putTargets({
        Rule: 'large-orders',
        Targets: [{ ...target, InputTransformer: { InputTemplate: '1' } }],
      }),
    refused('ValidationException', 400, /inputTransformer' is not supported here/),
  ],
  [
    'an input that is no JSON',
    () => eventBridge.putTargets({ Rule: 'large-orders', Targets: [{ ...target, Input: '{' }] }),
    refused('ValidationException', 400, /JSON syntax error in input for target 1/),
  ],
  [
    'an input with half of a surrogate pair',
    () =>
      eventBridge.putTargets({
        Rule: 'large-orders',
        Targets: [{ ...target, Input: '"\\ud800"' }],
      }),
    refused('ValidationException', 400, /JSON syntax error in input for target 1/),
  ],
  [
    'too many entries',
    () => eventBridge.putEvents({ Entries: Array.from({ length: 11 }, () => Entry) }),
    refused('ValidationException', 400, /'entries'.*less than or equal to 10/),
  ],
  [
    'entries that are too large',
    () =>
      eventBridge.putEvents({
        Entries: [{ ...Entry, Detail: JSON.stringify({ a: 'x'.repeat(1024 * 1024) }) }],
      }),
    refused('ValidationException', 400, /Total size of the entries/),
  ],
  [
    'an operation that is not there',
    () => eventBridge.createEventBus({ Name: 'other' }),
    refused('UnknownOperationException', 400, /CreateEventBus is not supported/),
  ],
]

t.test('EventBridge refuses in its own words', async (t) => {
  for (const [what, ask, error] of REFUSED_BY_EVENTS) await t.rejects(ask(), error, what)
})
