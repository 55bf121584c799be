import t from 'tap'
import { sampleFor } from '../../console/src/sample-events.ts'
import { compilePattern } from '../../core/triggers/event-pattern.ts'

const of = { id: 't1', functionName: 'greet', createdAt: '2026-01-30T12:00:00Z' }

t.test('A sample of an object trigger has a key that the trigger takes', async (t) => {
  const trigger = {
    ...of,
    type: 'object',
    bucket: 'in box',
    events: [],
    prefix: 'a b/',
    suffix: '.csv',
  } as const
  const event = sampleFor(trigger as never) as { Records: { s3: { object: { key: string } } }[] }
  t.equal(event.Records[0]?.s3.object.key, 'a+b/sample.csv')
})

t.test('A sample of a schedule is its input, where it has one', async (t) => {
  const trigger = { ...of, type: 'schedule', schedule: 'rate(1 minute)' } as const
  t.match(sampleFor(trigger), { source: 'aws.events' })
  t.same(sampleFor({ ...trigger, input: { report: 'daily' } }), { report: 'daily' })
})

const patterns = [
  { type: ['invoice.sent'] },
  { source: [{ prefix: '/bank' }] },
  { data: { total: [{ numeric: ['>', 100] }] } },
]
for (const pattern of patterns) {
  t.test(`A sample for ${JSON.stringify(pattern)} fits it`, async (t) => {
    const event = sampleFor({ ...of, type: 'event', pattern })
    t.ok(compilePattern(pattern)(event))
  })
}
