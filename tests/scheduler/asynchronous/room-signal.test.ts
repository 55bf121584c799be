import t from 'tap'
import { RoomSignal, within } from '../../../scheduler/asynchronous/room-signal.ts'

const FOREVER_MS = 2 ** 31 - 1

t.test('a notice after the question is not missed, however late one waits for it', async (t) => {
  const signal = new RoomSignal()
  const notice = signal.next()
  signal.notify()
  await new Promise((resolve) => setTimeout(resolve, 5))
  await within(FOREVER_MS, notice)
  t.pass('it came')
})

t.test('all who wait are told at once, and several notices are one', async (t) => {
  const signal = new RoomSignal()
  let told = 0
  const waiting = [1, 2, 3].map(async () => {
    await within(FOREVER_MS, signal.next())
    told += 1
  })
  signal.notify()
  signal.notify()
  await Promise.all(waiting)
  let again = false
  void signal.next().then(() => {
    again = true
  })
  await new Promise((resolve) => setTimeout(resolve, 5))
  t.equal(told, 3)
  t.equal(again, false)
})

t.test('without a notice one waits no longer than one wants', async (t) => {
  await within(1, new RoomSignal().next())
  t.pass('it went on')
})
