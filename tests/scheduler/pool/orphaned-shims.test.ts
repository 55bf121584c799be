import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { Engine } from '../../../scheduler/engine.ts'
import { DockerDriver } from '../../../scheduler/pool/docker-driver.ts'
import type { Driver } from '../../../scheduler/pool/driver.ts'
import { OrphanedShims } from '../../../scheduler/pool/orphaned-shims.ts'
import { engineIsMissing, SANDBOX_IMAGE, startPool } from '../../fixtures/pool.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const log = pino({ level: 'silent' })

/** A process by the name and arguments of a shim; with `child`, one that still holds something. */
async function leaveShim(t: Test, containerId: string, child = false): Promise<ChildProcess> {
  const script = `
    ${child ? "require('node:child_process').spawn('sleep', ['60'])" : ''}
    console.log('up'); setInterval(() => undefined, 1000)`
  const args = ['-e', script, '--', '-namespace', 'moby', '-id', containerId]
  const shim = spawn(process.execPath, args, {
    argv0: '/usr/bin/containerd-shim-runc-v2',
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
    env: {},
  })
  t.teardown(() => {
    try {
      process.kill(-(shim.pid ?? 0), 'SIGKILL')
    } catch {
      // It was ended by what is tested.
    }
  })
  await once(shim.stdout as NonNullable<typeof shim.stdout>, 'data')
  return shim
}

function removed(...ids: string[]): Driver {
  const thaw = async () => undefined
  return { removedContainers: async () => new Set(ids), thaw } as unknown as Driver
}

const newId = () => randomBytes(32).toString('hex')

t.test('a shim that is there twice is told, and without a child it is ended', async (t) => {
  const id = newId()
  const shim = await leaveShim(t, id)
  const shims = new OrphanedShims(removed(id), log)
  await shims.look()
  t.same(shims.list(), [], 'one that ends by itself is no orphan')
  const ended = once(shim, 'exit')
  await shims.look()
  t.same(shims.list(), [{ pid: shim.pid, containerId: id }])
  t.same(await ended, [null, 'SIGKILL'])
  await shims.look()
  t.same(shims.list(), [])
})

t.test('one that holds a child is told and never ended', async (t) => {
  const id = newId()
  const shim = await leaveShim(t, id, true)
  const shims = new OrphanedShims(removed(id), log)
  for (let looks = 0; looks < 4; looks += 1) await shims.look()
  t.same(shims.list(), [{ pid: shim.pid, containerId: id }])
  await sleep(100)
  t.equal(shim.signalCode, null)
})

t.test('shims of other containers are nobody’s business', async (t) => {
  const shim = await leaveShim(t, newId())
  const shims = new OrphanedShims(removed(newId()), log)
  for (let looks = 0; looks < 3; looks += 1) await shims.look()
  t.same(shims.list(), [])
  t.equal(shim.signalCode, null)
})

t.test(
  'a real sandbox has such a shim, and it is gone with it',
  { skip: await engineIsMissing() },
  async (t) => {
    const directory = await temporaryFolder(t, 'sandboxes')
    const engine = Engine.open()
    const driver = await DockerDriver.open({ engine, image: SANDBOX_IMAGE, directory })
    const rig = await startPool({ generic: 1, driver, directory })
    t.teardown(() => rig.close())
    const [{ handle } = { handle: '' }] = await driver.list(rig.options.nodeId)
    const { State } = await engine.inspect(handle)
    // Process 1 of the sandbox is the shim's child.
    const stat = await readFile(`/proc/${State.Pid}/stat`, 'latin1')
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    const shims = new OrphanedShims(removed(handle), log)
    await shims.look()
    await shims.look()
    t.same(shims.list(), [{ pid: parent, containerId: handle }])
    t.equal(
      (await engine.inspect(handle)).State.Running,
      true,
      'it has a child, and was left alone',
    )
    t.notOk((await driver.removedContainers()).has(handle))
    await rig.close()
    t.ok((await driver.removedContainers()).has(handle))
    const after = new OrphanedShims(driver, log)
    await sleep(500)
    await after.look()
    await after.look()
    t.same(after.list(), [])
  },
)
