import t from 'tap'
import {
  FAULT_KINDS,
  faultKind,
  type PlanOptions,
  planSchedule,
  SHORT_FORM,
} from '../../chaos/nemesis.ts'
import { shrink } from '../../chaos/shrink.ts'

const kinds = Object.keys(FAULT_KINDS)
const options: PlanOptions = { kinds, faults: 5, windowMs: 16_000 }

t.test('a seed is always the same schedule, and another one another', async (t) => {
  t.strictSame(planSchedule(7, options), planSchedule(7, options))
  t.notSame(planSchedule(7, options).faults, planSchedule(9, options).faults)
  t.equal(planSchedule(8, options).topology, 'one')
  t.equal(planSchedule(9, options).topology, 'services')
})

t.test('seeds that follow each other go through every kind of fault', async (t) => {
  t.ok(kinds.length >= 24, `${kinds.length} kinds`)
  const planned = Array.from({ length: 20 }, (_, seed) => planSchedule(seed, options))
  const seen = new Set(planned.flatMap(({ faults }) => faults.map(({ kind }) => kind)))
  t.strictSame([...seen].sort(), [...kinds].sort())
  for (const { topology, faults, loadMs } of planned) {
    for (const { kind, atMs, lengthMs, choice } of faults) {
      const { topologies, lengthMs: bounds } = faultKind(kind)
      t.ok(topologies.includes(topology), `${kind} in ${topology}`)
      t.ok(lengthMs >= bounds[0] && lengthMs <= bounds[1] && choice < 1)
      t.ok(atMs + lengthMs < loadMs, 'callers call until all faults are over')
    }
  }
})

t.test('the short form deals every kind that harms nobody else', async (t) => {
  const harmless = kinds.filter((kind) => faultKind(kind).needs !== 'shared')
  const { seed, schedules, faults, windowMs } = SHORT_FORM
  const planned = Array.from({ length: schedules }, (_, n) =>
    planSchedule(seed + n, { kinds: harmless, faults, windowMs }),
  )
  const seen = new Set(planned.flatMap((schedule) => schedule.faults.map(({ kind }) => kind)))
  t.strictSame([...seen].sort(), harmless.sort())
})

t.test('a schedule is shrunk to the faults that break something', async (t) => {
  const schedule = planSchedule(4, options)
  const guilty = schedule.faults.slice(1, 3)
  const smallest = await shrink(schedule, async ({ faults }) =>
    guilty.every((fault) => faults.includes(fault)),
  )
  t.strictSame(smallest.faults, guilty)
})
