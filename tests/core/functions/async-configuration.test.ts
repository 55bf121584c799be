import t from 'tap'
import { policyOf } from '../../../core/functions/async-configuration.ts'
import { decideRetry, RETRY_POLICY } from '../../../core/invocations/retry.ts'

t.test('a function’s own figures go before the platform’s', async (t) => {
  const failed = { outcome: 'functionError', platformFaults: 0, ageMs: 0 } as const
  const rows: [number, number, string][] = [
    [0, 0, 'failed'],
    [1, 0, 'queued'],
    [1, 1, 'failed'],
    [2, 1, 'queued'],
    [2, 2, 'failed'],
  ]
  for (const [maximumRetryAttempts, functionErrors, state] of rows) {
    const policy = policyOf(RETRY_POLICY, { maximumRetryAttempts, maximumEventAgeSeconds: 21_600 })
    t.equal(decideRetry({ ...failed, functionErrors }, policy).state, state)
  }
  const young = policyOf(RETRY_POLICY, { maximumRetryAttempts: 2, maximumEventAgeSeconds: 60 })
  t.equal(decideRetry({ ...failed, functionErrors: 0 }, young).state, 'expired', 'a minute is over')
  t.equal(
    decideRetry({ ...failed, outcome: 'throttled', functionErrors: 0 }, young).state,
    'queued',
  )
  t.equal(policyOf(RETRY_POLICY, undefined), RETRY_POLICY)
})
