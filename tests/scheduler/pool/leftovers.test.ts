import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Engine } from '../../../scheduler/engine.ts'
import { needsEngine, startPool } from '../../fixtures/pool.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

await needsEngine(t)

const FIXTURE = join(import.meta.dirname, '..', '..', 'fixtures', 'pool.ts')

/** A pool in a process of its own that runs an invocation without end and waits to be killed. */
const VICTIM = `
const { startPool } = await import(${JSON.stringify(FIXTURE)})
const rig = await startPool({ generic: 2, nodeId: process.argv[1], directory: process.argv[2] })
const fn = await rig.deploy('export const handler = () => new Promise(() => setInterval(() => {}, 1000))', { timeoutSeconds: 900 })
void rig.call(fn)
const ready = setInterval(() => { if (rig.pool.stats().busy === 1) { clearInterval(ready); console.log('ready') } }, 20)
`

t.test(
  'of a pool that was killed nothing lives on, and the next start removes the rest',
  async (t) => {
    const directory = await temporaryFolder(t, 'sandboxes')
    const nodeId = `killed-${process.pid}`
    const engine = Engine.open()
    const own = () => engine.list([`hearth.node=${nodeId}`])
    const victim = spawn(
      process.execPath,
      ['--input-type=module', '-e', VICTIM, nodeId, directory],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    await once(victim.stdout, 'data')
    t.ok((await own()).some(({ running }) => running))
    victim.kill('SIGKILL')
    await once(victim, 'exit')
    for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(100)) {
      if ((await own()).every(({ running }) => !running)) break
    }
    t.ok(
      (await own()).every(({ running }) => !running),
      'sandboxes end by themselves',
    )
    t.ok(readdirSync(directory).length > 0, 'their directories are still there')

    const rig = await startPool({ generic: 1, nodeId, directory })
    t.teardown(() => rig.close())
    const fn = await rig.deploy('export const handler = async () => "up"')
    t.equal((await rig.call(fn)).result, 'up')
    for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(100)) {
      if ((await own()).length === readdirSync(directory).length && (await own()).length <= 2) break
    }
    const left = (await own()).map(({ labels }) => labels['hearth.sandbox'])
    t.strictSame(readdirSync(directory).sort(), left.sort())
  },
)
