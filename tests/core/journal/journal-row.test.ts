import t from 'tap'
import type { InvocationFilter } from '../../../core/invocations/invocation-filter.ts'
import {
  findRows,
  mayFit,
  ROW_BYTES,
  rowTest,
  writeRow,
} from '../../../core/journal/journal-row.ts'
import { endedRecord } from '../../fixtures/journal.ts'

function rowsOf(timesMs: readonly number[]): Buffer {
  const rows = Buffer.alloc(timesMs.length * ROW_BYTES)
  for (const [n, createdAtMs] of timesMs.entries()) {
    writeRow(rows, n * ROW_BYTES, endedRecord({ createdAtMs }))
  }
  return rows
}

function testOf(filter: InvocationFilter) {
  const test = rowTest(filter)
  if (!test) throw new Error('No synchronous invocation can fit')
  return test
}

/** Waiting for room, loading and running: 900 seconds each at most. */
const LONGEST_MS = 3 * 900_000
const NOW = Date.parse('2026-11-26T12:00:00Z')

t.test('what took as long as it may is not passed over for what is beside it', (t) => {
  const before = rowsOf([NOW - LONGEST_MS])
  t.equal(findRows(before, testOf({ fromMs: NOW })).isPast, false, 'older ones may end later')
  t.equal(findRows(before, testOf({ fromMs: NOW + LONGEST_MS })).isPast, true)
  const mark = `-1:${NOW / 1000}`
  t.equal(mayFit(mark, testOf({ toMs: NOW - LONGEST_MS })), true, 'the first began last')
  t.equal(mayFit(mark, testOf({ toMs: NOW - 2 * LONGEST_MS })), false)
  t.end()
})

t.test('seconds are good past 2038', (t) => {
  const late = Date.parse('2040-01-01T00:00:00Z')
  const rows = rowsOf([late, late + 5000])
  t.strictSame(findRows(rows, testOf({})).indexes, [1, 0])
  t.strictSame(findRows(rows, testOf({ fromMs: late + 1000 })).indexes, [1])
  t.end()
})
