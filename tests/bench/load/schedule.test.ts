import t from 'tap'
import { dueAt, dueBy, schedule } from '../../../bench/load/schedule.ts'

const plan = schedule(1000, { perSecond: 200, seconds: 2, warmUpSeconds: 0.5 })

t.test('what is sent to warm up comes before what counts', async (t) => {
  t.match(plan, { requests: 500, uncounted: 100 })
  t.equal(dueAt(plan, 0), 1000)
  t.equal(dueAt(plan, plan.uncounted), 1500)
})

for (const [now, requests] of [
  [999, 0],
  [1000, 1],
  [1004.9, 1],
  [1005, 2],
  [1500, 101],
  [3490, 499],
  [9999, 500],
] as const) {
  t.test(`${now - 1000} ms after the start, ${requests} are due`, async (t) => {
    t.equal(dueBy(plan, now), requests)
  })
}
