import t from 'tap'
import { planTriggers } from '../../cli/trigger-plan.ts'
import type { Trigger } from '../../core/triggers/trigger.ts'

const stored = { id: 'a', functionName: 'f', createdAt: '2026-01-01T00:00:00.000Z' }
const hourly: Trigger = { ...stored, type: 'schedule', schedule: 'rate(1 hour)' }
const photos: Trigger = {
  ...stored,
  type: 'object',
  bucket: 'photos',
  events: ['s3:ObjectCreated:*'],
}

t.test('what is wanted and there stays, by its meaning and not by its words', async (t) => {
  const wanted = [
    { type: 'schedule', schedule: 'rate(1 hour)', timezone: 'UTC' },
    { type: 'object', bucket: 'photos', prefix: '' },
  ] as const
  t.match(planTriggers([hourly, photos], [...wanted]), { add: [], keep: wanted, remove: [] })
})

t.test('what is not wanted any more goes, and what has changed is replaced', async (t) => {
  const daily = { type: 'schedule', schedule: 'rate(1 day)' } as const
  t.match(planTriggers([hourly, photos], [daily]), {
    add: [daily],
    keep: [],
    remove: [hourly, photos],
  })
  const live = { type: 'schedule', schedule: 'rate(1 hour)', qualifier: 'live' } as const
  t.match(planTriggers([hourly], [live]), { add: [live], remove: [hourly] })
})

t.test('what is of AWS’s rules or of a bucket’s notification is let alone', async (t) => {
  const ofRule: Trigger = { ...hourly, origin: 'arn:aws:events:us-east-1:000000000000:rule/r' }
  const notification = { id: 'n', functionArn: 'arn', filterRules: [], position: 0 }
  t.same(planTriggers([ofRule, { ...photos, notification }], []).remove, [])
})
