import t from 'tap'
import {
  decideRetry,
  type EndedAttempt,
  RETRY_POLICY,
  type RetryDecision,
} from '../../../core/invocations/retry.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const fresh: EndedAttempt = {
  outcome: 'succeeded',
  functionErrors: 0,
  platformFaults: 0,
  ageMs: 0,
}
const again = (delayMs: number): RetryDecision => ({ state: 'queued', delayMs })
const final = (state: 'succeeded' | 'failed' | 'expired'): RetryDecision => ({ state })

t.test('every ended attempt has one consequence', async (t) => {
  const table: [string, Partial<EndedAttempt>, RetryDecision][] = [
    ['a result is final', { outcome: 'succeeded' }, final('succeeded')],
    [
      'a result counts whatever came before',
      { functionErrors: 2, platformFaults: 9 },
      final('succeeded'),
    ],
    ['a result of an old event counts', { ageMs: 7 * HOUR }, final('succeeded')],
    ['first error waits a minute', { outcome: 'functionError' }, again(MINUTE)],
    ['second error waits two', { outcome: 'functionError', functionErrors: 1 }, again(2 * MINUTE)],
    ['third error is final', { outcome: 'functionError', functionErrors: 2 }, final('failed')],
    [
      'faults before use up no retry',
      { outcome: 'functionError', platformFaults: 50 },
      again(MINUTE),
    ],
    [
      'a retry that would come too late is given up',
      { outcome: 'functionError', ageMs: 6 * HOUR - MINUTE },
      final('expired'),
    ],
    ['first fault waits a second', { outcome: 'platformFault' }, again(1000)],
    ['then two', { outcome: 'platformFault', platformFaults: 1 }, again(2000)],
    ['then four', { outcome: 'platformFault', platformFaults: 2 }, again(4000)],
    ['then 256', { outcome: 'platformFault', platformFaults: 8 }, again(256_000)],
    ['at most five minutes', { outcome: 'platformFault', platformFaults: 9 }, again(5 * MINUTE)],
    ['however many', { outcome: 'platformFault', platformFaults: 5000 }, again(5 * MINUTE)],
    ['errors before do not end it', { outcome: 'platformFault', functionErrors: 2 }, again(1000)],
    ['a throttle waits like a fault', { outcome: 'throttled', platformFaults: 1 }, again(2000)],
    [
      'faults end with the age of the event',
      { outcome: 'platformFault', ageMs: 6 * HOUR },
      final('expired'),
    ],
    ['throttles too', { outcome: 'throttled', ageMs: 6 * HOUR }, final('expired')],
    ['a lost attempt is repeated at once', { outcome: 'lost' }, again(0)],
    ['one that is lost again waits', { outcome: 'lost', platformFaults: 1 }, again(2000)],
    ['a lost one expires too', { outcome: 'lost', ageMs: 6 * HOUR }, final('expired')],
    ['what nobody can serve fails at once', { outcome: 'refused' }, final('failed')],
  ]
  for (const [title, attempt, decision] of table) {
    t.same(decideRetry({ ...fresh, ...attempt }, RETRY_POLICY), decision, title)
  }
})

t.test('a policy can forbid retries of errors, but not of faults', async (t) => {
  const policy = { ...RETRY_POLICY, maximumRetryAttempts: 0, maximumEventAgeMs: MINUTE }
  t.same(decideRetry({ ...fresh, outcome: 'functionError' }, policy), final('failed'))
  t.same(decideRetry({ ...fresh, outcome: 'platformFault' }, policy), again(1000))
  const late = { ...fresh, outcome: 'platformFault', ageMs: 59_500 } as const
  t.same(decideRetry(late, policy), final('expired'))
})
