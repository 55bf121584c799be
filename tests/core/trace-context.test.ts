import t from 'tap'
import { parseTraceparent, traceField, traceparentOf } from '../../core/trace-context.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'

t.test('a trace context is read as W3C has it, and what is none is ignored', async (t) => {
  const sampled = { traceId: TRACE, spanId: SPAN, isSampled: true }
  const cases: [text: string | undefined, expected: object | undefined][] = [
    [`00-${TRACE}-${SPAN}-01`, sampled],
    [`00-${TRACE}-${SPAN}-00`, { ...sampled, isSampled: false }],
    [`00-${TRACE}-${SPAN}-03`, sampled],
    [`cc-${TRACE}-${SPAN}-01-what-comes-later`, sampled],
    [`00-${TRACE}-${SPAN}-01-more`, undefined],
    [`ff-${TRACE}-${SPAN}-01`, undefined],
    [`00-${'0'.repeat(32)}-${SPAN}-01`, undefined],
    [`00-${TRACE}-${'0'.repeat(16)}-01`, undefined],
    [`00-${TRACE.toUpperCase()}-${SPAN}-01`, undefined],
    [`00-${TRACE}-${SPAN}`, undefined],
    ['', undefined],
    [undefined, undefined],
  ]
  for (const [text, expected] of cases) t.strictSame(parseTraceparent(text), expected, String(text))
  t.equal(traceparentOf(sampled), `00-${TRACE}-${SPAN}-01`)
})

t.test('a header becomes a field in its plain form, or none', async (t) => {
  const plain = { traceparent: `00-${TRACE}-${SPAN}-01` }
  t.strictSame(traceField(`cc-${TRACE}-${SPAN}-01-later`), plain)
  t.strictSame(traceField('no context'), {})
  t.strictSame(traceField(undefined), {})
})
