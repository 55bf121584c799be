import t from 'tap'
import { scanWindow, watermarkOf } from '../../../scheduler/objects/scan-window.ts'

const HOUR_MS = 60 * 60 * 1000
const NOW_MS = Date.parse('2026-11-25T12:00:00Z')
const times = { nowMs: NOW_MS, graceMs: 30_000 }

function at(ms: number): string {
  return new Date(ms).toISOString()
}

const table = [
  {
    title: 'a trigger takes what came after it, however long the bucket has been scanned',
    trigger: at(NOW_MS - HOUR_MS),
    watermarkMs: NOW_MS - 60_000,
    afterMs: NOW_MS - HOUR_MS,
  },
  {
    title: 'what is known for a day is looked up again, before the watermark as well',
    trigger: at(0),
    watermarkMs: NOW_MS - 60_000,
    afterMs: NOW_MS - 23 * HOUR_MS,
  },
  {
    title: 'after days without a scan, all that no pass has seen is looked at, and no more',
    trigger: at(0),
    watermarkMs: NOW_MS - 72 * HOUR_MS,
    afterMs: NOW_MS - 72 * HOUR_MS,
  },
  {
    title: 'a bucket that no pass has seen begins with what is still known',
    trigger: at(0),
    watermarkMs: undefined,
    afterMs: NOW_MS - 23 * HOUR_MS,
  },
]

for (const { title, trigger, watermarkMs, afterMs } of table) {
  for (const clockOffsetMs of [0, -90_000, 90_000]) {
    t.test(`${title} (server ${clockOffsetMs} ms ahead)`, async (t) => {
      const scan = { pass: { clockOffsetMs }, watermarkMs }
      t.same(scanWindow(scan, { createdAt: trigger }, times), {
        afterMs: afterMs + clockOffsetMs,
        untilMs: NOW_MS - 30_000 + clockOffsetMs,
      })
    })
  }
}

t.test('what is too young for a pass is behind the watermark that the pass leaves', async (t) => {
  const pass = { startedMs: NOW_MS, clockOffsetMs: 0 }
  const watermarkMs = watermarkOf(pass, times.graceMs)
  t.ok(watermarkMs <= scanWindow({ pass }, { createdAt: at(0) }, times).untilMs)
})
