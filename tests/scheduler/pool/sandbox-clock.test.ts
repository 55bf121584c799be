import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { SandboxClock } from '../../../scheduler/pool/sandbox-clock.ts'
import { Standstill } from '../../../scheduler/pool/standstill.ts'

const standstill = new Standstill()

/** As a process that is stopped, or whose event loop is blocked. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

t.test('it rings once, when its time has run out', async (t) => {
  let rung = 0
  const clock = new SandboxClock(standstill, () => {
    rung += 1
  })
  clock.start(50)
  await sleep(150)
  t.equal(rung, 1)
  clock.start(50)
  clock.stop()
  await sleep(150)
  t.equal(rung, 1, 'stopped, it does not')
  clock.start(50)
  await sleep(150)
  t.equal(rung, 2)
})

t.test('a new start sets it back, also to another time', async (t) => {
  const rings: string[] = []
  let name = 'first'
  const clock = new SandboxClock(standstill, () => rings.push(name))
  clock.start(100_000)
  name = 'second'
  clock.start(20)
  await sleep(100)
  t.same(rings, ['second'])
})

t.test('time that this process stood still is given back', async (t) => {
  let rung = false
  const clock = new SandboxClock(standstill, () => {
    rung = true
  })
  clock.start(500)
  standStill(2500)
  await sleep(1)
  t.equal(rung, false, 'its time has passed, and was not the handler’s')
  while (!rung) await sleep(10)
  t.ok(standstill.lostMs > 1500 && standstill.lostMs < 20_000)
  rung = false
  clock.start(50)
  await sleep(150)
  t.equal(rung, true, 'once: the next one has no more than its own')
})
