import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { holdNode, readNodeId } from '../../../core/process/node-id.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const MODULE = join(import.meta.dirname, '../../../core/process/node-id.ts')

t.test('a node keeps its name, and has one even where a start left an empty file', async (t) => {
  const folder = await temporaryFolder(t)
  const made = readNodeId(join(folder, 'data'))
  t.match(made, /^[0-9a-f]{12}$/)
  t.equal(readNodeId(join(folder, 'data')), made)
  writeFileSync(join(folder, 'node-id'), '')
  const other = readNodeId(folder)
  t.match(other, /^[0-9a-f]{12}$/)
  t.equal(readNodeId(folder), other)
})

t.test(
  'of two schedulers on one folder the second is refused, until the first has died',
  async (t) => {
    const folder = await temporaryFolder(t)
    const script = `
    import { holdNode } from ${JSON.stringify(MODULE)}
    globalThis.held = holdNode(${JSON.stringify(folder)})
    console.log('held')
    setInterval(() => undefined, 1000)`
    const other = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.teardown(() => other.kill('SIGKILL'))
    await once(other.stdout, 'data')
    t.throws(() => holdNode(folder), {
      name: 'CannotStart',
      message: new RegExp(`scheduler \\(process ${other.pid}, .*${folder}".*DATA_DIR of its own`),
    })
    other.kill('SIGKILL')
    await once(other, 'exit')
    const { id, lock } = holdNode(folder)
    t.teardown(() => lock.release())
    t.equal(id, readNodeId(folder))
  },
)
