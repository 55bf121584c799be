import t from 'tap'
import { coreTimes, hadFreeCore } from '../../../scheduler/pool/free-cores.ts'

const STAT = `cpu  100 10 50 800 40 0 5 5 0 0
cpu0 50 5 25 400 20 0 3 2 0 0
cpu1 50 5 25 400 20 0 2 3 0 0
intr 12345 cpu2
ctxt 1990473
`

t.test('the times of all cores are read from the kernel', async (t) => {
  t.same(coreTimes(STAT), { cores: 2, total: 1010, idle: 840 })
  t.same(coreTimes(''), { cores: 0, total: 0, idle: 0 }, 'where there are none, nothing is known')
})

t.test('a core is free when the idle time of all is half of one', async (t) => {
  const rows: [string, number, number, number, boolean][] = [
    ['one of two', 2, 100, 50, true],
    ['a quarter of each of two', 2, 100, 25, true],
    ['less', 2, 100, 24, false],
    ['one of 64 that is half idle', 64, 6400, 50, true],
    ['none', 64, 6400, 0, false],
    ['no time has passed', 2, 0, 0, true],
  ]
  for (const [what, cores, total, idle, free] of rows) {
    const before = { cores, total: 1000, idle: 500 }
    t.equal(hadFreeCore(before, { cores, total: 1000 + total, idle: 500 + idle }), free, what)
  }
})
