import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { bundleRuntime } from '../../../runtime-image/build.ts'
import { Engine } from '../../../scheduler/engine.ts'
import { mountsHere } from '../../../scheduler/pool/container-freezer.ts'
import { isLeftover } from '../../../scheduler/pool/leftover-processes.ts'
import { ProcessDriver } from '../../../scheduler/pool/process-driver.ts'
import { driverWith, engineWith } from '../../fixtures/driver.ts'
import { engineIsMissing, startPool } from '../../fixtures/pool.ts'
import { eventually } from '../../fixtures/rest.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures')
const PROCESS_DRIVER = join(import.meta.dirname, '../../../scheduler/pool/process-driver.ts')

/** A pool in a process of its own that has a frozen sandbox and waits to be killed. */
const VICTIM = `
const { startPool } = await import(${JSON.stringify(join(FIXTURES, 'pool.ts'))})
const [, nodeId, directory, driverSource] = process.argv
const driver = await eval(driverSource)
const rig = await startPool({ generic: 1, freezeAfterMs: 50, nodeId, directory, driver })
const fn = await rig.deploy('setInterval(() => {}, 10); export const handler = async () => process.pid')
const { result } = await rig.call(fn)
const ready = setInterval(() => { if (rig.pool.stats().frozen === 1) { clearInterval(ready); console.log(result) } }, 20)
`

/** Resolves with what its handler answered, after it was killed. */
async function killedWithFrozen(
  nodeId: string,
  directory: string,
  driver: string,
): Promise<string> {
  const args = ['--input-type=module', '-e', VICTIM, nodeId, directory, driver]
  const victim = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface({ input: victim.stdout }), 'line')
  victim.kill('SIGKILL')
  await once(victim, 'exit')
  return line
}

const skip = await engineIsMissing()
const ways = [...mountsHere(), undefined]

for (const mount of ways) {
  const way = mount ? `version ${mount.version}` : 'the engine'
  t.test(
    `what a killed pool has frozen by ${way} is removed by the next start`,
    { skip },
    async (t) => {
      const directory = await temporaryFolder(t, 'sandboxes')
      const nodeId = `killed-${process.pid}-${mount?.version}`
      const freezerMounts = mount ? [mount] : []
      const driverSource = `import(${JSON.stringify(join(FIXTURES, 'driver.ts'))})
      .then(({ driverWith }) => driverWith(directory, {}, ${JSON.stringify({ freezerMounts })}))`
      const own = () => Engine.open().list([`hearth.node=${nodeId}`])
      await killedWithFrozen(nodeId, directory, driverSource)
      await eventually('the others have ended', async () =>
        (await own()).filter(({ running }) => running).length === 1 ? true : undefined,
      )
      const frozen = (await own()).find(({ running }) => running)

      const states: string[] = []
      const engine = engineWith((containerId) => {
        if (containerId !== frozen?.containerId || mount?.version !== 1) return
        for (const layout of [
          `docker/${containerId}`,
          `system.slice/docker-${containerId}.scope`,
        ]) {
          const file = join(mount.path, layout, 'freezer.state')
          try {
            states.push(readFileSync(file, 'utf8').trim())
          } catch {
            // The other layout.
          }
        }
      })
      const driver = await driverWith(directory, {}, { engine, freezerMounts })
      const rig = await startPool({ generic: 1, nodeId, directory, driver })
      t.teardown(() => rig.close())
      await eventually('nothing of it is left', async () => {
        const containers = await own()
        const boots = new Set(containers.map(({ labels }) => labels['hearth.boot']))
        return boots.size === 1 && containers.every(({ running }) => running) ? true : undefined
      })
      t.notOk((await own()).some(({ containerId }) => containerId === frozen?.containerId))
      // One that has been thawed sees that its link is closed, and may have ended by then.
      t.notOk(states.includes('FROZEN'), 'thawed before the engine was asked')
      t.same(
        readdirSync(directory).sort(),
        (await own()).map(({ labels }) => labels['hearth.sandbox']).sort(),
      )
    },
  )
}

const arguments_: [what: string, args: string[], is: boolean][] = [
  ['a sandbox of this folder', ['/node', '--x', '/r/bootstrap.mjs', '/d/sandboxes/a1', ''], true],
  ['of another folder', ['/node', '--x', '/r/bootstrap.mjs', '/d/sandboxes-2/a1', ''], false],
  ['of another runtime', ['/node', '--x', '/other/bootstrap.mjs', '/d/sandboxes/a1'], false],
  ['something that names it', ['/bin/ls', '/d/sandboxes/a1', '/r/bootstrap.mjs'], false],
  ['a kernel thread', [''], false],
]

t.test('processes of an earlier start are known by their arguments', async (t) => {
  for (const [what, args, is] of arguments_) {
    t.equal(isLeftover(args, { bootstrap: '/r/bootstrap.mjs', root: '/d/sandboxes' }), is, what)
  }
})

function stateOf(pid: string): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).charAt(0)
  } catch {
    return undefined
  }
}

async function processRoot(t: Test) {
  const runtime = await temporaryFolder(t, 'runtime')
  await bundleRuntime(runtime)
  return { runtime, directory: await temporaryFolder(t, 'sandboxes') }
}

t.test('a process that a killed pool has stopped is ended by the next start', async (t) => {
  const { runtime, directory } = await processRoot(t)
  const driverSource = `import(${JSON.stringify(PROCESS_DRIVER)})
    .then(({ ProcessDriver }) => ProcessDriver.open(${JSON.stringify({ runtime, directory })}))`
  const pid = await killedWithFrozen('stopped', directory, driverSource)
  t.equal(stateOf(pid), 'T', 'it does not see that its link has closed')
  await ProcessDriver.open({ runtime, directory })
  await eventually('it has ended', async () =>
    [undefined, 'Z'].includes(stateOf(pid)) ? true : undefined,
  )
})

t.test('a stopped process goes on when it is called, and ends when it is to', async (t) => {
  const { runtime, directory } = await processRoot(t)
  const driver = await ProcessDriver.open({ runtime, directory })
  const rig = await startPool({ driver, directory, generic: 1, freezeAfterMs: 50 })
  t.teardown(() => rig.close())
  t.equal(rig.pool.engineReport().freezing, 'signals')
  const fn = await rig.deploy('export const handler = async () => process.pid')
  const pid = String((await rig.call(fn)).result)
  for (let round = 0; round < 3; round += 1) {
    await eventually('it is stopped', async () => (stateOf(pid) === 'T' ? true : undefined))
    const { result, answer } = await rig.call(fn)
    t.equal(String(result), pid)
    t.equal(answer.timings.start, 'thawed')
  }
  await eventually('it is stopped', async () => (stateOf(pid) === 'T' ? true : undefined))
  rig.pool.retire(fn.definition.name, () => false)
  await eventually('it has ended', async () =>
    [undefined, 'Z'].includes(stateOf(pid)) ? true : undefined,
  )
})
