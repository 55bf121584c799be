import t from 'tap'
import { countedIn } from '../../bench/instructions.ts'

t.test('the count of perf stat is read', async (t) => {
  t.equal(countedIn('123456,,instructions,1000,100.00,,\n'), 123456)
  t.equal(countedIn('# started on\n\n99,,instructions:u,1000,100.00,,'), 99)
})

t.test('no count is no number', async (t) => {
  t.equal(countedIn('<not supported>,,instructions,0,100.00,,\n'), undefined)
  t.equal(countedIn('<not counted>,,instructions,0,0.00,,\n'), undefined)
  t.equal(countedIn('Error: No permission to enable instructions event.'), undefined)
})
