import t from 'tap'
import { HearthError } from '../../core/errors.ts'
import { diagnoseHost, engineFailure, freezingFinding } from '../../scheduler/diagnosis.ts'
import { Engine } from '../../scheduler/engine.ts'
import { needsEngine, startPool } from '../fixtures/pool.ts'

await needsEngine(t)

t.test('a host that can run sandboxes is told so, thing by thing', async (t) => {
  const rig = await startPool({ generic: 1 })
  t.teardown(() => rig.close())
  const checks = await diagnoseHost({
    driver: rig.options.driver,
    pool: rig.pool,
    dataDir: rig.directory,
    entrance: { address: 'unix:/nowhere/functions.sock', token: '' },
    workerRestarts: () => 2,
  })
  const of = Object.fromEntries(checks.map(({ name, ...check }) => [name, check]))
  t.match(of, {
    engine: { state: 'ok', found: /^.* \d+\.\d+.* answers, with version \d\.\d+ of its API$/ },
    sandboxes: { state: 'ok', found: /^Generic ones that wait, booted: \d; in all: \d$/ },
    freezing: { state: /ok|warning/ },
    removals: { state: 'ok' },
    queue: { state: 'warning', found: /fallen silent 2 times/, remedy: String },
    'calls of functions': { state: 'failed', remedy: /FUNCTIONS_URL/ },
    disk: { found: /GB are free/ },
  })
})

t.test('where no generic sandbox waits one is started, and none is left over', async (t) => {
  const rig = await startPool({ generic: 0 })
  t.teardown(() => rig.close())
  const { inspection } = rig.pool
  await Promise.all([inspection.tryStart(), inspection.tryStart(), inspection.tryStart()])
  t.match(await inspection.tryStart(), { state: 'ok', found: /One was started in \d+ ms/ })
  t.strictSame(rig.pool.inspection.sandboxes(), [])
})

t.test('a full pool is told, and nothing is started', async (t) => {
  const rig = await startPool({ generic: 0, maxSandboxes: 1 })
  t.teardown(() => rig.close())
  await rig.call(await rig.deploy('export const handler = async () => 1'))
  t.match(await rig.pool.inspection.tryStart(), { state: 'warning', found: /POOL_MAX/ })
  t.equal(rig.pool.inspection.sandboxes().length, 1)
})

t.test('an engine that is not there is told with what helps', async (t) => {
  const away = await Engine.open('unix:///nowhere/docker.sock')
    .version()
    .catch((error: unknown) => error)
  t.match(engineFailure(away), { state: 'failed', found: /no socket/, remedy: /DOCKER_HOST/ })
  const refused = new HearthError('EngineUnavailable', {}, { cause: { code: 'EACCES' } })
  t.match(engineFailure(refused), { state: 'failed', remedy: /usermod -aG docker/ })
})

t.test('freezing by the engine works, and could be faster', async (t) => {
  t.match(freezingFinding('cgroup-v2'), { state: 'ok' })
  t.match(freezingFinding('engine'), { state: 'warning', remedy: /host\/cgroup/ })
  t.match(freezingFinding('off'), { state: 'warning' })
})
