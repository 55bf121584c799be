import t, { type Test } from 'tap'
import { createLogger } from '../../../core/logs/logger.ts'
import { OtlpExporter } from '../../../scheduler/tracing/otlp-exporter.ts'
import type { Span } from '../../../scheduler/tracing/span.ts'
import { startCollector } from '../../fixtures/collector.ts'
import { eventually } from '../../fixtures/rest.ts'

const log = createLogger({ LOG_LEVEL: 'silent' })
const span = (name: string): Span => ({
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  name,
  kind: 2,
  startTimeUnixNano: '1000',
  endTimeUnixNano: '2000',
  attributes: [],
})

async function rig(t: Test, flushMs = 1000) {
  const collector = await startCollector(t)
  const exporter = new OtlpExporter({
    endpoint: `${collector.endpoint}/`,
    headers: 'X-Team=a%20b, authorization=Basic eA==',
    serviceName: 'mine',
    nodeId: 'node-1',
    flushMs,
    log,
  })
  const counted = () =>
    Object.fromEntries(
      exporter.families()[0]?.values.map(({ labels, value }) => [labels.outcome, value]) ?? [],
    )
  return { collector, exporter, counted }
}

t.test('spans reach the collector by themselves, with its headers and who sent them', async (t) => {
  const { collector, exporter, counted } = await rig(t)
  exporter.add([span('a'), span('b')])
  await eventually('they are there', async () => (collector.spans.length === 2 ? true : undefined))
  t.strictSame(collector.spans, [span('a'), span('b')])
  t.match(collector.requests, [
    {
      path: '/v1/traces',
      headers: { 'x-team': 'a b', authorization: 'Basic eA==', 'content-type': 'application/json' },
      resource: {
        attributes: [
          { key: 'service.name', value: { stringValue: 'mine' } },
          { key: 'service.instance.id', value: { stringValue: 'node-1' } },
        ],
      },
    },
  ])
  await eventually('it is counted', async () => (counted().exported === 2 ? true : undefined))
})

t.test('a whole batch waits for nothing', async (t) => {
  const { collector, exporter, counted } = await rig(t, 3600_000)
  for (let n = 1; n <= 10; n += 1) {
    exporter.add(Array.from({ length: 1024 }, () => span('a')))
    await eventually('it is there', async () =>
      counted().exported === n * 1024 ? true : undefined,
    )
  }
  exporter.add([span('b')])
  t.equal(collector.spans.length, 10_240)
  await exporter.close()
  t.match(counted(), { exported: 10_241, dropped: 0 })
})

t.test('what the collector cannot take now it gets again, and once', async (t) => {
  const { collector, exporter, counted } = await rig(t)
  collector.status = 503
  exporter.add([span('a')])
  await exporter.close()
  t.equal(collector.requests.length, 1)
  collector.status = 200
  exporter.add([span('b')])
  await exporter.close()
  t.strictSame(
    collector.spans.map(({ name }) => name),
    ['a', 'b'],
  )
  t.strictSame(counted(), { exported: 2, dropped: 0 })
})

t.test('what it refuses is dropped, as is what there is no room for', async (t) => {
  const { collector, exporter, counted } = await rig(t)
  collector.status = 400
  exporter.add([span('a')])
  await exporter.close()
  t.strictSame(counted(), { exported: 0, dropped: 1 })
  collector.status = 200
  for (let n = 0; n < 8200; n += 1) exporter.add([span(`${n}`)])
  t.strictSame(counted(), { exported: 0, dropped: 9 })
  await eventually('the others are sent', async () => {
    await exporter.close()
    return collector.spans.length === 8192 ? true : undefined
  })
  t.ok(collector.requests.length >= 17, 'in batches')
})
