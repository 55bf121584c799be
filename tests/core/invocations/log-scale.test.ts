import t from 'tap'
import {
  boundOf,
  bucketOf,
  DURATION_SCALE,
  MEMORY_SCALE,
  quantile,
} from '../../../core/invocations/log-scale.ts'

t.test('a value lies at or below the bound of its bucket, and above the one before', async (t) => {
  for (const scale of [DURATION_SCALE, MEMORY_SCALE]) {
    for (let value = scale.least * 1.01; value < 10_240; value *= 1.0371) {
      const bucket = bucketOf(scale, value)
      t.ok(value <= boundOf(scale, bucket) * 1.000001, `${value} in ${bucket}`)
      t.ok(value > boundOf(scale, bucket - 1) * 0.999999, `${value} in ${bucket}`)
    }
  }
})

t.test('what is outside of the scale is in the first or the last bucket', async (t) => {
  for (const value of [0, -1, Number.NaN, 0.1]) t.equal(bucketOf(DURATION_SCALE, value), 0)
  for (const value of [1e9, Number.POSITIVE_INFINITY]) t.equal(bucketOf(DURATION_SCALE, value), 96)
  t.ok(boundOf(DURATION_SCALE, 95) > 900_000, 'the longest function has a bucket of its own')
  t.ok(boundOf(MEMORY_SCALE, 79) > 10_240, 'and so has the largest')
})

t.test('a quantile is the bound below which that share lies', async (t) => {
  const counts = new Array(97).fill(0)
  t.equal(quantile(DURATION_SCALE, counts, 0.5), 0)
  counts[bucketOf(DURATION_SCALE, 8)] = 95
  counts[bucketOf(DURATION_SCALE, 64)] = 4
  counts[bucketOf(DURATION_SCALE, 512)] = 1
  t.equal(quantile(DURATION_SCALE, counts, 0.5), 8)
  t.equal(quantile(DURATION_SCALE, counts, 0.95), 8)
  t.equal(quantile(DURATION_SCALE, counts, 0.96), 64)
  t.equal(quantile(DURATION_SCALE, counts, 0.99), 64)
  t.equal(quantile(DURATION_SCALE, counts, 1), 512)
})
