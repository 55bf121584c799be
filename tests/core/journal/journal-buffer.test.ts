import t from 'tap'
import { JournalBuffer } from '../../../core/journal/journal-buffer.ts'
import { endedRecord } from '../../fixtures/journal.ts'

const KB = 1024
const pending = (bytes: number) => ({ functionName: 'f', make: () => endedRecord(), bytes })

t.test('of events and results 16 MB are held, and little more', (t) => {
  const buffer = new JournalBuffer(100_000)
  for (let n = 0; n < 1000; n += 1) buffer.add(pending(64 * KB))
  t.ok(buffer.size >= 256 && buffer.size <= 282, `${buffer.size} are held`)
  t.equal(buffer.size + buffer.dropped, 1000)
  t.end()
})

t.test('a full buffer makes room now and then, not at each call', (t) => {
  const buffer = new JournalBuffer(100_000)
  const seen = new Set<number>()
  for (let n = 0; n < 10_000; n += 1) {
    buffer.add(pending(16 * KB))
    seen.add(buffer.dropped)
  }
  t.ok(buffer.dropped > 8000, `${buffer.dropped} were dropped`)
  t.ok(seen.size < 100, `room was made ${seen.size - 1} times`)
  t.end()
})
