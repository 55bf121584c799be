import t from 'tap'
import { HearthError } from '../../../core/errors.ts'
import type { LaunchOrder } from '../../../scheduler/pool/driver.ts'
import { driverWith } from '../../fixtures/driver.ts'
import { needsEngine, startPool } from '../../fixtures/pool.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

await needsEngine(t)

const never = new Promise<never>(() => undefined)

/** Needs more than a generic sandbox's memory, and less than its own. */
const HUNGRY =
  'export const handler = async () => { const held = []; for (let n = 0; n < 40; n += 1) held.push(Buffer.alloc(8e6, 1)); return held.length }'

const HUNGRY_AT_LOADING =
  'const held = []; for (let n = 0; n < 40; n += 1) held.push(Buffer.alloc(8e6, 1)); export const handler = async () => held.length'

t.test(
  'out of memory before the limit was raised: tried again with its memory from the start',
  async (t) => {
    const directory = await temporaryFolder(t, 'sandboxes')
    let updates = 0
    const real = await driverWith(directory, {})
    const driver = await driverWith(directory, {
      ...real,
      async update() {
        updates += 1
        await never
      },
    })
    const rig = await startPool({ driver, directory, generic: 2 })
    t.teardown(() => rig.close())
    for (const source of [HUNGRY, HUNGRY_AT_LOADING]) {
      const fn = await rig.deploy(source, { memoryMb: 512, timeoutSeconds: 20 })
      updates = 0
      const { result, answer } = await rig.call(fn)
      t.equal(result, 40)
      t.notOk(answer.functionError)
      t.equal(updates, 1)
      t.equal(answer.timings.start, 'new')
      t.match(answer.timings.why, /container of its own/)
    }
  },
)

t.test('the same where the limit is raised while its end is looked at', async (t) => {
  const directory = await temporaryFolder(t, 'sandboxes')
  const real = await driverWith(directory, {})
  const looked = Promise.withResolvers<void>()
  const driver = await driverWith(directory, {
    ...real,
    update: () => looked.promise,
    async howEnded(...asked: Parameters<typeof real.howEnded>) {
      const end = await real.howEnded(...asked)
      looked.resolve()
      return end
    },
  })
  const rig = await startPool({ driver, directory, generic: 2 })
  t.teardown(() => rig.close())
  const { result, answer } = await rig.call(
    await rig.deploy(HUNGRY, { memoryMb: 512, timeoutSeconds: 20 }),
  )
  t.equal(result, 40)
  t.notOk(answer.functionError)
})

t.test(
  'when no sandbox can be started, whoever waits is told why, and the engine is spared',
  async (t) => {
    const directory = await temporaryFolder(t, 'sandboxes')
    let launches = 0
    let broken = false
    const real = await driverWith(directory, {})
    const driver = await driverWith(directory, {
      ...real,
      async launch(order: LaunchOrder) {
        launches += 1
        if (broken) throw new HearthError('SandboxFailed', { reason: 'no space left on device' })
        return real.launch(order)
      },
    })
    const rig = await startPool({ driver, directory, generic: 0 })
    t.teardown(() => rig.close())
    broken = true
    launches = 0
    const fn = await rig.deploy('export const handler = async () => 1')
    for (let n = 0; n < 3; n += 1) {
      await t.rejects(rig.call(fn), { code: 'SandboxFailed', message: /no space left/ })
    }
    t.ok(launches <= 3, 'one try each, with pauses between')
    broken = false
    t.equal((await rig.call(fn)).result, 1)
  },
)
