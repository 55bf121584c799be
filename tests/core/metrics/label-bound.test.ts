import t from 'tap'
import { LabelBound, OTHER } from '../../../core/metrics/label-bound.ts'

t.test('names past the bound share one label, until there is room again', async (t) => {
  const bound = new LabelBound(2, () => ({ count: 0 }))
  for (const name of ['a', 'b', 'c', 'd', 'a']) bound.of(name).count += 1
  const counts = () => [...bound.entries()].map(([name, { count }]) => `${name} ${count}`)
  t.strictSame(counts(), ['a 2', 'b 1', `${OTHER} 2`])
  bound.forget('a')
  bound.forget(OTHER)
  bound.of('c').count += 1
  t.strictSame(counts(), ['b 1', 'c 1'])
})
