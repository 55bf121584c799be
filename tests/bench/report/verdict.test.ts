import t from 'tap'
import type { Bound, Result } from '../../../bench/report/row.ts'
import { beaten, missed } from '../../../bench/report/verdict.ts'

const common = { what: 'x', topic: 'warm', load: 1 }
const row = (value: number, bounds: { budget?: Bound; gross?: Bound; ahead?: Bound }): Result => ({
  ...common,
  figure: '',
  against: '',
  value,
  spread: [value, value],
  ...bounds,
})

const atMost = { budget: { atMost: 10 } }
const atLeast = { budget: { atLeast: 10 } }
for (const [title, result, full, quick] of [
  ['on its bound', row(10, atMost), false, false],
  ['above it', row(10.1, atMost), true, false],
  ['four times as high as it', row(40, atMost), true, false],
  ['more than four times as high', row(40.1, atMost), true, true],
  ['within what it says is gross', row(99, { ...atMost, gross: { atMost: 99 } }), true, false],
  ['past what it says is gross', row(30, { ...atMost, gross: { atMost: 20 } }), true, true],
  ['on its lower bound', row(10, atLeast), false, false],
  ['below it', row(9.9, atLeast), true, false],
  ['a quarter of it', row(2.5, atLeast), true, false],
  ['less than a quarter of it', row(2.4, atLeast), true, true],
  ['anything where there should be nothing', row(1, { budget: { atMost: 0 } }), true, true],
  ['no number', row(Number.NaN, atMost), true, true],
  ['without a budget', row(99, {}), false, false],
  ['behind a peer', row(99, { ahead: { atMost: 1 } }), false, false],
  ['not measured', { ...common, reason: 'no counter' }, false, false],
  ['failed', { ...common, reason: 'it crashed', failed: true }, true, true],
] as [string, Result, boolean, boolean][]) {
  t.test(
    `a row ${title}: ${full ? 'missed' : 'fine'}, ${quick ? 'grossly' : 'not by far'}`,
    async (t) => {
      t.equal(missed([result], false).length > 0, full)
      t.equal(missed([result], true).length > 0, quick)
    },
  )
}

t.test('a peer that is better is found, whichever way better is', async (t) => {
  const latency = { ahead: { atMost: 1 } }
  const rate = { ahead: { atLeast: 1 } }
  const results = [row(0.9, latency), row(1.1, latency), row(0.8, rate), row(1.2, rate), row(9, {})]
  t.same(beaten(results), [results[1], results[2]])
})
