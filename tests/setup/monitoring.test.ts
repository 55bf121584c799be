import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import t from 'tap'
import { parse } from 'yaml'
import { exposition } from '../../core/metrics/prometheus.ts'
import { InvocationMetrics } from '../../scheduler/invocation-metrics.ts'
import { poolFamilies } from '../../scheduler/pool-metrics.ts'
import { readSetupResult } from '../../setup/setup-result.ts'
import { readExposition } from '../fixtures/exposition.ts'
import { startGateway } from '../fixtures/gateway.ts'

const run = promisify(execFile)
const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
const { compose } = readSetupResult()
const skip = compose.state === 'ready' ? false : 'docker compose v2 cannot be had here'

interface Service {
  image: string
  ports?: { host_ip: string; published: string }[]
  volumes: { source: string; target: string; read_only?: boolean }[]
}

async function services(...profile: string[]): Promise<Record<string, Service>> {
  const { stdout } = await run(
    compose.state === 'ready' ? compose.value : '',
    [...profile, 'config', '--format', 'json'],
    { cwd: new URL('../..', import.meta.url) },
  )
  return JSON.parse(stdout).services
}

t.test(
  'Prometheus and Grafana come with their profile, and without it do not',
  { skip },
  async (t) => {
    const plain = Object.keys(await services())
    t.notOk(plain.includes('prometheus') || plain.includes('grafana'))
    const { prometheus, grafana, gateway } = await services('--profile', 'metrics')
    for (const { image } of [prometheus, grafana] as [Service, Service]) {
      t.match(image, /:v?\d+\.\d+\.\d+$/, 'pinned by tag')
    }
    t.equal(prometheus?.ports, undefined)
    t.match(grafana?.ports, [{ host_ip: '127.0.0.1', published: '3000' }])
    t.ok(prometheus?.volumes.some(({ source, target }) => source === 'key' && target === '/key'))
    t.notOk(
      prometheus?.volumes.some(({ source }) => source === 'secrets'),
      'no other secret',
    )
    t.notOk(gateway?.volumes.some(({ source }) => source === 'key'))
  },
)

t.test('Prometheus asks the gateway with the key', async (t) => {
  const [job] = parse(read('monitoring/prometheus.yml')).scrape_configs
  t.match(job, {
    metrics_path: '/metrics',
    authorization: { type: 'Bearer', credentials_file: '/key/api-key' },
    static_configs: [{ targets: ['gateway:4327'] }],
  })
})

t.test('the board shows every metric of the platform, and none that there is not', async (t) => {
  const [source] = parse(read('monitoring/grafana/data-source.yml')).datasources
  const [provider] = parse(read('monitoring/grafana/boards.yml')).providers
  t.equal(provider.options.path, '/boards')
  const board = JSON.parse(read('monitoring/grafana/hearth.json'))
  const shown = new Set<string>()
  for (const { targets, datasource } of board.panels) {
    t.equal(datasource.uid, source.uid)
    for (const { expr } of targets) {
      for (const [name] of expr.matchAll(/\b(?:hearth|process|nodejs)_[a-z0-9_]+/g)) {
        shown.add(name.replace(/_bucket$/, ''))
      }
    }
  }
  const { call } = await startGateway(t)
  const engineReport = { freezing: 'off', calls: {}, quarantined: [], orphanedShims: [] } as const
  const sandboxes = { generic: 0, idle: 0, frozen: 0, busy: 0, starting: 0 }
  const scheduler = await exposition([
    ...new InvocationMetrics(() => true).families(),
    ...poolFamilies({
      sandboxes,
      workerRestarts: 0,
      engineReport: structuredClone(engineReport) as never,
    }),
  ])
  const served = [
    ...readExposition((await call('GET /metrics')).text).types.keys(),
    ...readExposition(scheduler).types.keys(),
    // Of services only, and where traces are on: see gateway/link-client.ts, scheduler/tracing.
    'hearth_scheduler_up',
    'hearth_trace_spans_total',
  ]
  t.strictSame(
    [...shown].filter((name) => !served.includes(name)),
    [],
  )
  t.strictSame(
    served.filter((name) => name.startsWith('hearth_') && !shown.has(name)),
    [],
  )
})
