import t from 'tap'
import { medianOf, ofSamples, once, over, overRounds, percentile } from '../../bench/statistics.ts'

const hundred = Array.from({ length: 100 }, (_, index) => index + 1)

for (const [share, value] of [
  [0, 1],
  [0.5, 51],
  [0.99, 100],
  [1, 100],
] as const) {
  t.test(`${share * 100} % of a hundred lie below ${value}`, async (t) => {
    t.equal(percentile(hundred, share), value)
  })
}

t.test('of nothing there is no percentile', async (t) => {
  t.ok(Number.isNaN(percentile([], 0.5)))
})

t.test('a median does not ask for an order, and leaves it', async (t) => {
  const values = [10, 9, 100]
  t.equal(medianOf(values), 10)
  t.same(values, [10, 9, 100])
})

t.test('the median of two is neither of them', async (t) => {
  t.equal(medianOf([1, 3]), 2)
  t.equal(medianOf([7, 1, 4, 2]), 3)
  t.equal(medianOf([5]), 5)
  t.ok(Number.isNaN(medianOf([])))
})

t.test('rounds have their median, and their lowest and highest', async (t) => {
  t.same(overRounds([3, 1, 20]), { value: 3, spread: [1, 20] })
  t.same(once(4), { value: 4, spread: [4, 4] })
})

t.test('samples that became slower show it in their spread', async (t) => {
  // Five parts of twenty, each slower than the one before.
  t.same(ofSamples(hundred, 0.5), { value: 51, spread: [11, 91] })
  t.same(ofSamples(hundred.toReversed(), 0.99), { value: 100, spread: [20, 100] })
})

t.test('a figure over another one takes its spread along', async (t) => {
  t.same(over({ value: 6, spread: [4, 8] }, 2), { value: 3, spread: [2, 4] })
})
