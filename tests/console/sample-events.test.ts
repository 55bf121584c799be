import t from 'tap'
import { sampleFor } from '../../console/src/sample-events.ts'
import { compilePattern } from '../../core/triggers/event-pattern.ts'

const of = { id: 't1', functionName: 'greet', createdAt: '2026-01-30T12:00:00Z' }

const object = { ...of, type: 'object', bucket: 'inbox', prefix: 'a b/', suffix: '.csv' } as const

interface ObjectEvent {
  Records: { eventName: string; s3: { configurationId: string; object: Record<string, unknown> } }[]
}

t.test('A sample of an object trigger has a key that the trigger takes', async (t) => {
  const event = sampleFor({ ...object, events: ['s3:ObjectCreated:*'] }) as ObjectEvent
  t.match(event.Records, [
    { eventName: 'ObjectCreated:Put', s3: { configurationId: 't1', object: { size: Number } } },
  ])
  t.equal(event.Records[0]?.s3.object.key, 'a+b/sample.csv')
})

t.test('A sample of objects that are removed says so, and has no size', async (t) => {
  for (const [events, eventName] of [
    [['s3:ObjectRemoved:*'], 'ObjectRemoved:Delete'],
    [['s3:ObjectRemoved:DeleteMarkerCreated'], 'ObjectRemoved:DeleteMarkerCreated'],
  ] as const) {
    const event = sampleFor({ ...object, events: [...events] }) as ObjectEvent
    t.equal(event.Records[0]?.eventName, eventName)
    t.notOk('size' in (event.Records[0]?.s3.object ?? {}))
  }
})

t.test('A sample of a schedule is its input, where it has one', async (t) => {
  const trigger = { ...of, type: 'schedule', schedule: 'rate(1 minute)' } as const
  t.match(sampleFor(trigger), { source: 'aws.events' })
  t.same(sampleFor({ ...trigger, input: { report: 'daily' } }), { report: 'daily' })
})

t.test('A sample of a schedule of EventBridge Scheduler is as that sends it', async (t) => {
  const origin = 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly'
  const event = sampleFor({ ...of, type: 'schedule', schedule: 'rate(1 minute)', origin })
  t.match(event, { source: 'aws.scheduler', resources: [origin], detail: '{}' })
})

const numeric = (...operand: (string | number)[]) => ({ data: { total: [{ numeric: operand }] } })
const patterns: Record<string, unknown>[] = [
  { type: ['invoice.sent'] },
  { source: [{ prefix: '/bank' }] },
  { source: [{ prefix: { 'equals-ignore-case': '/Bank' } }] },
  { source: [{ wildcard: '/b*k/\\*' }] },
  { 'client-ip': [{ cidr: '10.0.0.0/8' }] },
  numeric('>', 100),
  numeric('<', 10),
  numeric('<=', 10),
  numeric('=', 3),
  numeric('>', 0, '<', 1),
  numeric('>=', 0, '<', 1),
  numeric('>', 0, '<=', 1),
  { type: [{ 'anything-but': ['order.created', 'other'] }] },
  { type: [{ 'anything-but': { prefix: ['o', 'v'] } }] },
  { type: [{ 'anything-but': { wildcard: '*e*' } }] },
  { data: { total: [{ 'anything-but': [250, 300] }] } },
  { data: { total: [{ exists: false }], name: [{ exists: true }] } },
  { $or: [{ type: ['a'] }, { type: ['b'] }], source: ['/bank'] },
]
for (const pattern of patterns) {
  t.test(`A sample for ${JSON.stringify(pattern)} fits it`, async (t) => {
    const event = sampleFor({ ...of, type: 'event', pattern })
    t.ok(compilePattern(pattern)(event), JSON.stringify(event))
    t.match(event, { specversion: '1.0' })
  })
}

t.test('A sample of a rule is an event of EventBridge, as the handler gets it', async (t) => {
  const origin = 'arn:aws:events:us-east-1:000000000000:rule/orders'
  const pattern = {
    'detail-type': ['order.paid'],
    resources: ['arn:one'],
    detail: { total: [{ numeric: ['<', 10] }] },
  }
  const event = sampleFor({ ...of, type: 'event', pattern, origin })
  t.ok(compilePattern(pattern)(event))
  t.match(event, { version: '0', 'detail-type': 'order.paid', resources: ['arn:one'] })
  t.notOk('specversion' in (event as object))
})
