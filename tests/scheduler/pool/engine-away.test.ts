import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Engine } from '../../../scheduler/engine.ts'
import { DockerDriver } from '../../../scheduler/pool/docker-driver.ts'
import { EngineWire } from '../../fixtures/engine-wire.ts'
import { needsEngine, SANDBOX_IMAGE, startPool } from '../../fixtures/pool.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

await needsEngine(t)

for (const mode of ['cut', 'frozen'] as const) {
  t.test(
    `an engine that is ${mode}: warm calls go on, others are told at once, and all is well after`,
    async (t) => {
      const wire = await new EngineWire(join(await temporaryFolder(t), 'engine.sock')).listen()
      t.teardown(() => wire.close())
      const directory = await temporaryFolder(t, 'sandboxes')
      const engine = Engine.open(`unix://${wire.path}`)
      const driver = await DockerDriver.open({ engine, image: SANDBOX_IMAGE, directory })
      const rig = await startPool({ generic: 0, driver, directory })
      t.teardown(() => rig.close())
      const warm = await rig.deploy('export const handler = async () => "warm"')
      const cold = await rig.deploy('export const handler = async () => "cold"')
      t.equal((await rig.call(warm)).result, 'warm')

      wire.mode = mode
      const startedAt = Date.now()
      await t.rejects(rig.call(cold), { code: 'EngineUnavailable' })
      t.ok(Date.now() - startedAt < 2500, 'told within two seconds')
      await t.rejects(rig.call(cold), { code: 'EngineUnavailable' })
      t.equal((await rig.call(warm)).result, 'warm')

      wire.mode = 'open'
      let result: unknown
      for (const deadline = Date.now() + 20_000; result === undefined && Date.now() < deadline; ) {
        result = await rig.call(cold).then(
          (call) => call.result,
          () => new Promise((resolve) => setTimeout(() => resolve(undefined), 200)),
        )
      }
      t.equal(result, 'cold')
    },
  )
}

t.test('what happened while the engine was away is known when it is back', async (t) => {
  const wire = await new EngineWire(join(await temporaryFolder(t), 'engine.sock')).listen()
  t.teardown(() => wire.close())
  const directory = await temporaryFolder(t, 'sandboxes')
  const nodeId = `away-${process.pid}`
  const engine = Engine.open(`unix://${wire.path}`)
  const driver = await DockerDriver.open({ engine, image: SANDBOX_IMAGE, directory })
  const rig = await startPool({ generic: 0, driver, directory, nodeId })
  t.teardown(() => rig.close())
  const real = Engine.open()
  const own = () => real.list([`hearth.node=${nodeId}`])
  const fn = await rig.deploy('export const handler = async () => "warm"')
  await rig.call(fn)
  const [warm] = await own()
  wire.mode = 'cut'
  await t.rejects(rig.call(await rig.deploy('export const handler = async () => 1')), {
    code: 'EngineUnavailable',
  })
  // Somebody freezes one, which does not hang up, and then takes it away; and there is one of an older boot.
  await real.freeze(warm?.containerId ?? '')
  const stray = await real.create({
    Image: SANDBOX_IMAGE,
    Labels: { 'hearth.node': nodeId, 'hearth.boot': 'older', 'hearth.sandbox': 'left' },
    HostConfig: { NetworkMode: 'none', CgroupnsMode: 'private' },
  })
  await real.remove(warm?.containerId ?? '')
  wire.mode = 'open'
  while ((await own()).some(({ containerId }) => containerId === stray)) await sleep(50)
  while (rig.pool.stats().idle > 0) await sleep(50)
  t.equal((await rig.call(fn)).result, 'warm')
})

t.test(
  'an engine that cannot be reached, or lacks the image, fails the start with the reason',
  async (t) => {
    const directory = await temporaryFolder(t, 'sandboxes')
    const nobody = Engine.open(`unix://${join(directory, 'nobody.sock')}`)
    await t.rejects(DockerDriver.open({ engine: nobody, image: SANDBOX_IMAGE, directory }), {
      code: 'EngineUnavailable',
    })
    const engine = Engine.open()
    await t.rejects(DockerDriver.open({ engine, image: 'no-such-image:x', directory }), {
      code: 'SandboxFailed',
      message: /no image "no-such-image:x"/,
    })
    await t.rejects(
      DockerDriver.open({ engine, image: SANDBOX_IMAGE, directory, runtime: 'nope' }),
      {
        code: 'SandboxFailed',
        message: /no runtime "nope"/,
      },
    )
  },
)
