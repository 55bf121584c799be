import t from 'tap'
import { countedIn } from '../../../bench/load/callgrind.ts'

t.test('the sum of what callgrind has written is read', async (t) => {
  t.equal(countedIn('events: Ir\nfn=(1)\n0 12\ntotals: 664894276\n'), 664894276)
})

t.test('no sum is an error', async (t) => {
  t.throws(() => countedIn('events: Ir\n'), { message: /no sum/ })
})
