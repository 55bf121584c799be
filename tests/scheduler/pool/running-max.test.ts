import t from 'tap'
import { briefMsMax, runningMax } from '../../../scheduler/pool/running-max.ts'

const ALL = Number.POSITIVE_INFINITY

t.test('on busy cores a short function runs no more at once than they can use', async (t) => {
  const rows: [string, number | undefined, { any: boolean; count: number }, number][] = [
    ['four for each core', 2, { any: false, count: 2 }, 8],
    ['with a core to spare all', 2.1, { any: true, count: 2 }, ALL],
    ['but for a very short one, of which a few do all', 2, { any: true, count: 2 }, 8],
    ['a long one runs beside the others', 11, { any: false, count: 2 }, ALL],
    ['and so does one that nothing is known of', undefined, { any: false, count: 2 }, ALL],
    ['and each where cores cannot be counted', 2, { any: false, count: 0 }, ALL],
  ]
  for (const [what, leastMs, cores, most] of rows) t.equal(runningMax(leastMs, cores), most, what)
})

t.test(
  'what takes long on free cores waits for something else; on busy ones it may starve',
  async (t) => {
    t.equal(briefMsMax({ any: true }), 10)
    t.equal(briefMsMax({ any: false }), 100)
  },
)
