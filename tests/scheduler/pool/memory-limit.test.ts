import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import type { Driver } from '../../../scheduler/pool/driver.ts'
import { MemoryLimit } from '../../../scheduler/pool/memory-limit.ts'

function limitWith(update: Driver['update']) {
  const limit = new MemoryLimit()
  const raise = (memoryMb: number) =>
    limit.raise({ update } as Driver, { id: 's', memoryMb: 256 }, memoryMb)
  return { limit, raise }
}

t.test('an end is seen a little after it was, and so is a raise', async (t) => {
  const { limit, raise } = limitWith(async () => undefined)
  t.notOk(limit.mayHaveBeenGeneric)
  t.equal(raise(512), 512)
  t.ok(limit.isPending)
  t.ok(limit.mayHaveBeenGeneric)
  await wait(0)
  t.notOk(limit.isPending)
  t.ok(limit.mayHaveBeenGeneric, 'one that was ended just before')
  await wait(300)
  t.notOk(limit.mayHaveBeenGeneric)
})

t.test('it is never lowered', (t) => {
  const { limit, raise } = limitWith(async () => void t.fail('nobody is asked'))
  t.equal(raise(128), 256)
  t.notOk(limit.isPending)
  t.end()
})

t.test('one that could not be raised stays what it was', async (t) => {
  const { limit, raise } = limitWith(() => Promise.reject(new Error('no')))
  raise(512)
  await wait(300)
  t.ok(limit.hasFailed)
  t.ok(limit.mayHaveBeenGeneric)
})
