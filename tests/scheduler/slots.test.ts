import t from 'tap'
import { Slots } from '../../scheduler/slots.ts'

t.test('no more run at once than there are slots, and all in their order', async (t) => {
  const slots = new Slots(2, 10, 10_000)
  const begun: number[] = []
  const ends = Array.from({ length: 5 }, () => Promise.withResolvers<void>())
  const all = ends.map(({ promise }, n) =>
    slots.run(async () => {
      begun.push(n)
      await promise
    }),
  )
  await new Promise(setImmediate)
  t.same(begun, [0, 1])
  ends[1]?.resolve()
  await all[1]
  await new Promise(setImmediate)
  t.same(begun, [0, 1, 2])
  for (const { resolve } of ends) resolve()
  await Promise.all(all)
  t.same(begun, [0, 1, 2, 3, 4])
})

t.test('who waits too long, or is one too many, is refused and never run', async (t) => {
  const slots = new Slots(1, 1, 50)
  const end = Promise.withResolvers<void>()
  const first = slots.run(() => end.promise)
  const run: string[] = []
  const second = slots.run(async () => void run.push('second'))
  const third = slots.run(async () => void run.push('third'))
  await t.rejects(third, { code: 'SandboxFailed', message: /too many calls/ })
  await t.rejects(second, { code: 'SandboxFailed', message: /take too long/ })
  end.resolve()
  await first
  await slots.run(async () => void run.push('fourth'))
  t.same(run, ['fourth'])
})
