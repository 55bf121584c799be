import t from 'tap'
import { RunTimes } from '../../../scheduler/pool/run-times.ts'

t.test('nothing is known before the first invocation', async (t) => {
  const times = new RunTimes()
  t.equal(times.meanMs, undefined)
  t.equal(times.leastMs, undefined)
  times.add(7)
  t.equal(times.meanMs, 7)
  t.equal(times.leastMs, 7)
})

t.test('on busy cores the mean rises, and what it takes undisturbed does not', async (t) => {
  const times = new RunTimes()
  for (let round = 0; round < 20; round += 1) for (const ms of [0.2, 40, 40, 40]) times.add(ms)
  t.ok((times.meanMs ?? 0) > 20, `mean ${times.meanMs}`)
  t.ok((times.leastMs ?? 99) < 3, `least ${times.leastMs}`)
})

t.test('a function that has become a long one is known as such', async (t) => {
  const times = new RunTimes()
  times.add(0.2)
  for (let run = 0; run < 80; run += 1) times.add(50)
  t.ok((times.leastMs ?? 0) > 10, `least ${times.leastMs}`)
})

t.test('one long run makes no long function', async (t) => {
  const times = new RunTimes()
  times.add(0.2)
  times.add(60_000)
  t.ok((times.leastMs ?? 99) < 1, `least ${times.leastMs}`)
})
