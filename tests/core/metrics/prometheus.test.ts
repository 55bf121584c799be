import t from 'tap'
import { histogramSamples, labelled, single } from '../../../core/metrics/metric-family.ts'
import { exposition, processFamilies } from '../../../core/metrics/prometheus.ts'
import { readExposition } from '../../fixtures/exposition.ts'

const GAUGE = { name: 'a', help: 'What it is', type: 'gauge' } as const

t.test('families of the same name are one, with the values of all', async (t) => {
  const text = await exposition([
    ...labelled([single(GAUGE, 1)], { node: 'x' }),
    single({ ...GAUGE, name: 'b', type: 'counter' }, 7),
    ...labelled([single(GAUGE, 2)], { node: 'y' }),
  ])
  t.equal(
    text,
    `# HELP a What it is
# TYPE a gauge
a{node="x"} 1
a{node="y"} 2

# HELP b What it is
# TYPE b counter
b 7
`,
  )
})

t.test('a histogram has its buckets, sum and count', async (t) => {
  const histogram = { upTo: [[0.1, 1] as [number, number]], sumSeconds: 3, count: 2 }
  const values = histogramSamples('h', { function: 'f"\n' }, histogram)
  const text = await exposition([{ name: 'h', help: 'H', type: 'histogram', values }])
  t.match(
    text,
    'h_bucket{function="f\\"\\n",le="0.1"} 1\nh_bucket{function="f\\"\\n",le="+Inf"} 2\n',
  )
  t.match(text, 'h_sum{function="f\\"\\n"} 3\nh_count{function="f\\"\\n"} 2\n')
})

t.test('a process tells its memory and the lag of its event loop', async (t) => {
  const read = readExposition(await exposition(await processFamilies()))
  t.ok(read.sum('process_resident_memory_bytes') > 1e6)
  t.equal(read.types.get('nodejs_eventloop_lag_p99_seconds'), 'gauge')
  t.equal(read.types.get('process_cpu_seconds_total'), 'counter')
})
