import t from 'tap'
import {
  concurrencyOverTime,
  lambdaUsdOf,
  percentile,
  percentilesOverTime,
} from '../../console/src/statistics.ts'
import type { Invocation } from '../../console/src/types.ts'

const START = Date.parse('2026-01-30T12:00:00Z')

/** One that began so many milliseconds after the start, and took so many. */
function ran(afterMs: number, durationMs: number): Invocation {
  return {
    id: `${afterMs}`,
    functionName: 'greet',
    version: '$LATEST',
    type: 'Event',
    state: 'succeeded',
    cause: { kind: 'request' },
    createdAt: new Date(START + afterMs).toISOString(),
    endedAt: new Date(START + afterMs + durationMs).toISOString(),
    durationMs,
  }
}

t.test('A percentile is a value that was seen', async (t) => {
  t.equal(percentile([], 0.5), undefined)
  t.equal(percentile([7], 0.99), 7)
  t.equal(percentile([4, 1, 3, 2], 0.5), 2)
  t.equal(percentile([4, 1, 3, 2], 0.95), 4)
})

t.test(
  'Percentiles are of the span that an invocation began in; an empty span is a gap',
  async (t) => {
    const seen = [ran(0, 10), ran(5, 30), ran(25, 20)]
    const span = { fromMs: START, toMs: START + 30, steps: 3 }
    const { times, values } = percentilesOverTime(seen, span)
    t.same(times, [START / 1000, START / 1000 + 0.01, START / 1000 + 0.02])
    t.same(values[0], [10, null, 20])
    t.same(values[2], [30, null, 20])
  },
)

t.test('What runs at once is counted in each span that it runs in', async (t) => {
  const seen = [ran(0, 10), ran(2, 10), ran(4, 2), ran(20, 5), ran(-50, 51)]
  const span = { fromMs: START, toMs: START + 40, steps: 4 }
  t.same(concurrencyOverTime(seen, span).values[0], [3, 1, 1, 0])
})

t.test('What runs for longer than a span is not taken for nothing', async (t) => {
  const span = { fromMs: START, toMs: START + 30, steps: 3 }
  t.same(concurrencyOverTime([ran(5, 100), ran(5, 5)], span).values[0], [2, 1, 1])
})

t.test('What an hour costs has its requests in it, also where they took no time', async (t) => {
  const prices = { usdPerGbSecond: 0.5, usdPerMillionRequests: 2 }
  t.equal(lambdaUsdOf({ gbSeconds: 0, invocations: 1_500_000 }, prices), 3)
  t.equal(lambdaUsdOf({ gbSeconds: 4, invocations: 500_000 }, prices), 3)
})
