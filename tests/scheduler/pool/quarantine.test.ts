import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Engine } from '../../../scheduler/engine.ts'
import { DockerDriver } from '../../../scheduler/pool/docker-driver.ts'
import { Quarantine } from '../../../scheduler/pool/quarantine.ts'
import { EngineWire } from '../../fixtures/engine-wire.ts'
import { engineIsMissing, SANDBOX_IMAGE, startPool } from '../../fixtures/pool.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const failure = { reason: 'no', memoryMb: 256 }

t.test('what fails three times is set aside, and tried ever more rarely', async (t) => {
  let now = 0
  const quarantine = new Quarantine(() => now)
  t.equal(quarantine.failed('s', failure), false)
  t.equal(quarantine.failed('s', failure), false)
  t.equal(quarantine.mayTry('s'), true)
  t.equal(quarantine.size, 0)
  t.equal(quarantine.failed('s', failure), true)
  t.same([quarantine.size, quarantine.memoryMb], [1, 256])
  const pauses: number[] = []
  for (let tries = 0; tries < 9; tries += 1) {
    const from = now
    t.equal(quarantine.mayTry('s'), false)
    while (!quarantine.mayTry('s')) now += 1000
    pauses.push((now - from) / 1000)
    t.equal(quarantine.failed('s', failure), false, 'told once')
  }
  t.same(pauses, [10, 20, 40, 80, 160, 320, 600, 600, 600])
  t.match(quarantine.list(), [{ id: 's', reason: 'no', tries: 12, since: /^1970-01-01T00:00:00/ }])
  t.equal(quarantine.gone('s'), true)
  t.same([quarantine.size, quarantine.mayTry('s')], [0, true])
})

t.test('what is gone by other ways is forgotten', async (t) => {
  const quarantine = new Quarantine()
  for (let tries = 0; tries < 3; tries += 1) {
    quarantine.failed('a', failure)
    quarantine.failed('b', failure)
  }
  quarantine.keepOnly(new Set(['b', 'c']))
  t.same(
    quarantine.list().map(({ id }) => id),
    ['b'],
  )
})

t.test(
  'a sandbox that the engine cannot remove counts as one, is told, and removed at last',
  { skip: await engineIsMissing() },
  async (t) => {
    const wire = await new EngineWire(join(await temporaryFolder(t), 'engine.sock')).listen()
    t.teardown(() => wire.close())
    const directory = await temporaryFolder(t, 'sandboxes')
    const engine = Engine.open(`unix://${wire.path}`)
    const driver = await DockerDriver.open({ engine, image: SANDBOX_IMAGE, directory })
    const rig = await startPool({
      generic: 0,
      driver,
      directory,
      maxSandboxes: 2,
      queueMs: 5000,
    })
    t.teardown(() => rig.close())
    t.teardown(() => {
      wire.refused = undefined
    })
    const { pool } = rig
    const name = 'stubborn'
    const fn = await rig.deploy('export const handler = async () => 1', { name })
    const wait = 'export const handler = () => new Promise((r) => setTimeout(() => r(1), 8000))'
    // Two functions, for none may have the whole pool.
    const one = await rig.deploy(wait, { timeoutSeconds: 20 })
    const other = await rig.deploy(wait, { timeoutSeconds: 20 })
    await rig.call(fn)
    wire.refused = /^DELETE /
    pool.retire(name, () => false)
    while (pool.engineReport().quarantined.length === 0) await sleep(50)
    const [first, ...others] = pool.engineReport().quarantined
    t.match(first, { id: /^[0-9a-f]{12}$/, tries: 3, reason: /exit event/ })
    t.same(others, [])
    const running = rig.call(one)
    while (pool.stats().busy === 0) await sleep(20)
    await t.rejects(rig.call(other), { code: 'TooManyRequests' }, 'there is room for one, not two')
    t.equal((await running).result, 1)

    wire.refused = undefined
    while (pool.engineReport().quarantined.length > 0) await sleep(50)
    const left = await Engine.open().list([`hearth.sandbox=${first?.id}`])
    t.same(left, [])
    const both = await Promise.all([rig.call(one), rig.call(other)])
    t.same(
      both.map(({ result }) => result),
      [1, 1],
    )
  },
)
