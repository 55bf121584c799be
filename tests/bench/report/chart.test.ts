import { XMLParser, XMLValidator } from 'fast-xml-parser'
import t from 'tap'
import { chart } from '../../../bench/report/chart.ts'
import type { Bound, Result } from '../../../bench/report/row.ts'

const row = (what: string, value: number, bounds: { budget?: Bound; ahead?: Bound }): Result => ({
  what,
  figure: '',
  against: 'workerd',
  value,
  spread: [value, value],
  topic: 'warm',
  load: 0,
  ...bounds,
})

interface Rect {
  class: string
  x: number
  width: number
}

function rects(svg: string): Rect[] {
  const options = { ignoreAttributes: false, attributeNamePrefix: '', parseAttributeValue: true }
  const { svg: root } = new XMLParser(options).parse(svg)
  return [root.rect].flat().filter((rect: Rect) => rect.class !== 'page')
}

t.test('what is better than its bound goes to the right, what is worse to the left', async (t) => {
  const svg = chart([
    row('twice as good', 5, { budget: { atMost: 10 } }),
    row('half as good', 5, { budget: { atLeast: 10 } }),
    row('ten times as good', 10, { ahead: { atLeast: 1 } }),
  ])
  const [good, bad, best] = rects(svg)
  if (!good || !bad || !best) return t.fail('a bar is missing')
  t.equal(good.class, 'good')
  t.equal(bad.class, 'bad')
  t.equal(good.x, best.x, 'bars begin at the line')
  t.ok(Math.abs(bad.x + bad.width - good.x) < 0.2, 'or end there')
  t.ok(Math.abs(bad.width - good.width) < 0.2, 'half and twice are as far from it')
  t.ok(best.width > 3 * good.width)
  t.match(svg, '2.0 ×')
  t.match(svg, '0.50 ×')
})

t.test('rows without a bound, or without a place on the scale, have no bar', async (t) => {
  const svg = chart([
    row('a limit', 2, {}),
    row('nothing', 0, { budget: { atMost: 0 } }),
    row('no number', Number.NaN, { budget: { atMost: 1 } }),
    { what: 'instructions', reason: 'no counter', topic: 'instructions', load: 0 },
    row('a figure', 1, { budget: { atMost: 1 } }),
  ])
  t.equal(rects(svg).length, 1)
})

t.test('the chart is XML, whatever stands in a row', async (t) => {
  const svg = chart([row('a <b> & "c"', 1, { budget: { atMost: 9 } })])
  t.equal(XMLValidator.validate(svg), true)
  t.match(svg, 'a &lt;b&gt; &amp; ')
})

t.test('a bar stays in the picture, however far a figure is from its bound', async (t) => {
  const [bar] = rects(chart([row('far', 1e-9, { budget: { atMost: 1 } })]))
  t.ok(bar && bar.x + bar.width <= 960)
})
