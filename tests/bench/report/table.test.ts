import t from 'tap'
import type { Result } from '../../../bench/report/row.ts'
import { table } from '../../../bench/report/table.ts'

const measured: Result = {
  what: 'warm, one client, p50',
  figure: '0.28 ms',
  against: 'bare Fastify echo 0.10 ms',
  value: 2.804,
  spread: [2.5, 123.4],
  topic: 'warm',
  load: 1.26,
}

const lines = (row: Result) => table([row]).split('\n')

t.test('a row has its spread and its load, and without a bound no verdict', async (t) => {
  t.equal(
    lines(measured).at(-1),
    '| warm, one client, p50 | 0.28 ms | bare Fastify echo 0.10 ms | 2.80 | 2.50 – 123 | 1.3 |  |  |',
  )
})

t.test('what was measured a single time has no spread', async (t) => {
  t.match(lines({ ...measured, spread: [2.804, 2.804] }).at(-1), '| 2.80 |  | 1.3 |')
})

for (const [title, bounds, end] of [
  ['met', { budget: { atMost: 3 } }, '| ≤ 3 | met |'],
  ['missed', { budget: { atLeast: 1 / 40, atMost: 2.8 } }, '| ≤ 2.8 | **missed** |'],
  ['ahead', { ahead: { atLeast: 1 } }, '|  | ahead |'],
  ['behind', { ahead: { atMost: 1 } }, '|  | **behind** |'],
  [
    'ahead, and not by enough',
    { budget: { atLeast: 3 }, ahead: { atLeast: 1 } },
    '| ≥ 3 | **missed**, ahead |',
  ],
] as const) {
  t.test(`a row is ${title}`, async (t) => {
    t.ok(
      lines({ ...measured, ...bounds } as Result)
        .at(-1)
        ?.endsWith(end),
    )
  })
}

t.test('what was not measured says why, and what failed is no less to be seen', async (t) => {
  const row = { what: 'instructions', reason: 'no | counter\nhere', topic: 'instructions', load: 0 }
  t.match(lines(row).at(-1), '| instructions | not measured | no \\| counter here |')
  t.notMatch(lines(row).at(-1), 'failed')
  t.match(lines({ ...row, failed: true }).at(-1), '| **failed** |')
})

t.test('every line has as many cells', async (t) => {
  const rows = [measured, { what: 'a', reason: 'b', topic: 'c', load: 0 }]
  const counts = table(rows)
    .split('\n')
    .map((line) => line.split('|').length)
  t.same(new Set(counts), new Set([10]))
})
