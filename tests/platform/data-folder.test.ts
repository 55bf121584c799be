import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { DataFolder } from '../../platform/data-folder.ts'

const MODULE = join(import.meta.dirname, '../../platform/data-folder.ts')

/** Another process that holds the folder until it is killed. */
async function holder(path: string) {
  const script = `
    import { DataFolder } from ${JSON.stringify(MODULE)}
    globalThis.held = DataFolder.open(${JSON.stringify(path)})
    console.log('held')
    setInterval(() => undefined, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return {
    pid: child.pid,
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

t.test(
  'a folder that another platform uses is refused, with its process and the remedy',
  async (t) => {
    const path = join(t.testdir(), 'data')
    const other = await holder(path)
    t.teardown(() => other.kill())
    t.throws(() => DataFolder.open(path), {
      name: 'DataFolderInUse',
      message: new RegExp(`${path}.* process ${other.pid}:.*DATA_DIR`),
    })
  },
)

t.test('a folder whose platform was killed is taken over', async (t) => {
  const path = join(t.testdir(), 'data')
  const other = await holder(path)
  await other.kill()
  const folder = DataFolder.open(path)
  t.teardown(() => folder.close())
  t.equal(readFileSync(join(path, 'pid'), 'utf8').trim(), String(process.pid))
})

t.test('a folder that was closed can be opened again', async (t) => {
  const path = t.testdir()
  DataFolder.open(path).close()
  const folder = DataFolder.open(path)
  t.teardown(() => folder.close())
  t.equal(folder.path, path)
})

t.test('facts that were recorded are there at the next start', async (t) => {
  const path = t.testdir()
  const first = DataFolder.open(path)
  first.record({ driver: 'docker' })
  first.record({ minioPort: 9123 })
  first.close()
  const second = DataFolder.open(path)
  t.teardown(() => second.close())
  t.same(second.facts, { driver: 'docker', minioPort: 9123 })
})

t.test('secrets are made once, long, and for the owner alone', async (t) => {
  const path = t.testdir()
  const first = DataFolder.open(path)
  first.close()
  const second = DataFolder.open(path)
  t.teardown(() => second.close())
  t.same(second.secrets, first.secrets)
  t.equal(statSync(join(path, 'secrets.json')).mode & 0o777, 0o600)
  t.ok(second.secrets.webhookToken.length >= 32)
  t.ok(second.secrets.s3SecretAccessKey.length >= 32)
})

t.test('a damaged file is named, and the folder is let go', async (t) => {
  const path = t.testdir()
  writeFileSync(join(path, 'platform.json'), '{"driver":')
  t.throws(() => DataFolder.open(path), { message: /platform\.json.*damaged/ })
  writeFileSync(join(path, 'platform.json'), '{}')
  DataFolder.open(path).close()
})

t.test('damaged secrets are named, since a new set would shut others out', async (t) => {
  const path = t.testdir({ 'secrets.json': '{"web' })
  t.throws(() => DataFolder.open(path), { name: 'CannotStart', message: /secrets\.json.*backup/ })
})

t.test('a folder that cannot be made says which setting names another', async (t) => {
  const path = join(t.testdir({ file: 'no folder' }), 'file', 'data')
  t.throws(() => DataFolder.open(path), { name: 'CannotStart', message: /cannot be.*DATA_DIR/ })
})
