import t from 'tap'
import { exposition } from '../../../core/metrics/prometheus.ts'
import { WebhookLag } from '../../../gateway/metrics/webhook-lag.ts'
import { readExposition } from '../../fixtures/exposition.ts'

t.test('the time from a change to its event is told, whatever an event says', async (t) => {
  const lag = new WebhookLag()
  const now = Date.parse('2026-01-31T12:00:00.000Z')
  const cases = ['2026-01-31T11:59:59.970Z', '2026-01-31T11:59:57.000Z', '2026-01-31T13:00:00Z']
  for (const eventTime of [...cases, 'no time']) lag.add(eventTime, now)
  const { sum } = readExposition(await exposition(lag.families()))
  const below = (le: string) => sum('hearth_storage_webhook_lag_seconds_bucket', { le })
  t.strictSame(['0.01', '0.05', '2.5', '5', '+Inf'].map(below), [1, 2, 2, 3, 3])
  t.equal(sum('hearth_storage_webhook_lag_seconds_sum').toFixed(2), '3.03')
})
