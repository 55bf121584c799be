import t from 'tap'
import { parseTraceparent } from '../../core/trace-context.ts'
import type { Span } from '../../scheduler/tracing/span.ts'
import { startCollector } from '../fixtures/collector.ts'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { eventually, rest } from '../fixtures/rest.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'
const collector = await startCollector(t)
const platform = await startPlatform({
  POOL_GENERIC: '2',
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
  OTEL_SERVICE_NAME: 'tested',
})
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)
const call = <T>(name: string, headers: Record<string, string> = {}, body: object = {}) =>
  rest<T>(`${platform.url}/functions/${name}/invocations`, { body, headers })

interface Seen {
  variable?: string
  context?: string
}

await functions.create(
  'seen',
  `export const handler = async (event, { traceparent: context }) => {
    if (event.how === 'throw') throw new TypeError('secret')
    return { variable: process.env.TRACEPARENT, context }
  }`,
)

/** The spans of a trace, the invocation's first. */
const spansOf = (traceId: string | undefined) =>
  eventually(`trace ${traceId} is exported`, async () => {
    const found = collector.spans.filter((span) => span.traceId === traceId)
    return found.length > 0 ? found : undefined
  })
const attribute = ({ attributes }: Span, key: string) =>
  attributes.find((one) => one.key === key)?.value

t.test('a call is a span in its caller’s trace, and the handler is below it', async (t) => {
  const { body } = await call<Seen>('seen', { traceparent: `00-${TRACE}-${SPAN}-01` })
  const [whole, ...parts] = (await spansOf(TRACE)) as [Span, ...Span[]]
  t.match(whole, { name: 'seen', parentSpanId: SPAN, kind: 2 })
  t.equal(body.context, `00-${TRACE}-${whole.spanId}-01`)
  t.equal(body.variable, body.context)
  t.strictSame(attribute(whole, 'faas.coldstart'), { boolValue: true })
  t.strictSame(attribute(whole, 'hearth.start'), { stringValue: 'generic' })
  t.ok(parts.some(({ name }) => name === 'init'))
  t.ok(parts.some(({ name }) => name === 'handler'))
  const [from, to] = [BigInt(whole.startTimeUnixNano), BigInt(whole.endTimeUnixNano)]
  const slack = 1_000_000n
  for (const part of parts) {
    t.equal(part.parentSpanId, whole.spanId)
    t.ok(BigInt(part.startTimeUnixNano) >= from - slack, `${part.name} begins in it`)
    t.ok(BigInt(part.endTimeUnixNano) <= to + slack, `${part.name} ends in it`)
  }
  t.equal(new Set([whole, ...parts].map(({ spanId }) => spanId)).size, parts.length + 1)
})

t.test('without a caller’s trace there is a new one, another for each call', async (t) => {
  const contexts = [
    (await call<Seen>('seen')).body.context,
    (await call<Seen>('seen')).body.context,
  ]
  const traces = contexts.map((context) => parseTraceparent(context)?.traceId)
  t.equal(new Set(traces).size, 2)
  const [whole] = (await spansOf(traces[1])) as [Span]
  t.equal(whole.parentSpanId, undefined)
  t.strictSame(attribute(whole, 'faas.coldstart'), { boolValue: false })
})

t.test('a trace goes through the queue', async (t) => {
  const trace = 'a'.repeat(32)
  const headers = { traceparent: `00-${trace}-${SPAN}-01`, prefer: 'respond-async' }
  const { body } = await call<{ id: string }>('seen', headers)
  const ended = await functions.ended(body.id)
  const [whole] = (await spansOf(trace)) as [Span]
  t.match(whole, { parentSpanId: SPAN, kind: 5 })
  t.strictSame(attribute(whole, 'faas.invocation_id'), { stringValue: body.id })
  t.match(ended.result, { context: `00-${trace}-${whole.spanId}-01` })
  t.equal(ended.cause.traceparent, `00-${trace}-${SPAN}-01`)
})

t.test('a failure is told, without what the function said of it', async (t) => {
  const trace = 'b'.repeat(32)
  await call('seen', { traceparent: `00-${trace}-${SPAN}-01` }, { how: 'throw' })
  const [whole] = (await spansOf(trace)) as [Span]
  t.strictSame(whole.status, { code: 2, message: 'Function failed' })
  t.strictSame(attribute(whole, 'error.type'), { stringValue: 'TypeError' })
  t.notMatch(JSON.stringify(whole), 'secret')
})

t.test('what its caller does not record is passed on, and not exported', async (t) => {
  const trace = 'c'.repeat(32)
  const traceparent = `00-${trace}-${SPAN}-00`
  const { body } = await call<Seen>('seen', { traceparent })
  t.equal(body.context, traceparent)
  await call('seen', { traceparent: `00-${'d'.repeat(32)}-${SPAN}-01` })
  await spansOf('d'.repeat(32))
  t.notOk(collector.spans.some(({ traceId }) => traceId === trace))
})
