import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { bundleRuntime } from '../../../runtime-image/build.ts'
import { ProcessDriver } from '../../../scheduler/pool/process-driver.ts'
import { startPool } from '../../fixtures/pool.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const root = await temporaryFolder(t, 'runtime')
await bundleRuntime(root)
const directory = await temporaryFolder(t, 'sandboxes')
const driver = await ProcessDriver.open({ runtime: root, directory })
const rig = await startPool({ driver, directory, generic: 2 })
t.teardown(() => rig.close())

t.test('functions run in child processes over the same socket', async (t) => {
  const fn = await rig.deploy(
    `export const handler = async (event) => {
       console.log('logged'); process.stderr.write('raw\\n')
       return { event, cwd: process.cwd(), foo: process.env.FOO, path: process.env.HEARTH_TEST }
     }`,
    { environment: { FOO: 'bar' } },
  )
  process.env.HEARTH_TEST = 'leaked'
  const { id, result, answer } = await rig.call(fn, { n: 1 })
  t.match(result, { event: { n: 1 }, foo: 'bar', cwd: /task$/ })
  t.notOk((result as { path?: string }).path, 'nothing of the environment of the platform')
  t.equal(answer.timings.start, 'generic')
  await sleep(50)
  t.match(rig.logs.of(id).join('\n'), /^START.*logged.*raw.*END.*REPORT/s)
  t.equal((await rig.call(fn)).answer.timings.start, 'warm')
})

t.test(
  'started as root, they run as nobody',
  { skip: process.getuid?.() !== 0 && 'not root' },
  async (t) => {
    const fn = await rig.deploy(
      `import { writeFileSync } from 'node:fs'
     export const handler = async () => {
       const tried = (path) => { try { writeFileSync(path, 'x'); return 'written' } catch (error) { return error.code } }
       return { uid: process.getuid(), groups: process.getgroups(), task: tried('index.mjs'), etc: tried('/etc/hearth') }
     }`,
    )
    const { result } = await rig.call(fn)
    t.match(result, { uid: 65_534, task: 'EACCES', etc: 'EACCES' })
    t.notOk((result as { groups: number[] }).groups.includes(0))
  },
)

t.test('failures have the same answers', async (t) => {
  const rows: [string, object][] = [
    ['await new Promise(() => setInterval(() => {}, 99))', { errorType: 'Sandbox.Timedout' }],
    ['for (;;);', { errorType: 'Sandbox.Timedout' }],
    [
      'process.kill(process.pid, 9); await new Promise(() => {})',
      { errorMessage: /signal: killed/ },
    ],
    ['throw new Error("own")', { errorType: 'Error', errorMessage: 'own' }],
  ]
  for (const [statement, error] of rows) {
    const fn = await rig.deploy(`export const handler = async () => { ${statement} }`, {
      timeoutSeconds: 1,
    })
    t.match((await rig.call(fn)).answer.functionError, error, statement)
  }
})

t.test('what a handler has started ends with its sandbox', async (t) => {
  const fn = await rig.deploy(
    `import { spawn } from 'node:child_process'
     export const handler = async () => {
       const child = spawn('sleep', ['900'], { stdio: 'ignore' })
       return child.pid
     }`,
  )
  const { result } = await rig.call(fn)
  rig.pool.retire(fn.definition.name, () => false)
  const isAlive = () => {
    try {
      process.kill(Number(result), 0)
      return true
    } catch {
      return false
    }
  }
  for (const deadline = Date.now() + 5000; isAlive() && Date.now() < deadline; ) await sleep(50)
  t.notOk(isAlive())
})

t.test('closing leaves no process and no directory', async (t) => {
  const own = await startPool({ driver, directory: `${directory}-2`, generic: 1 })
  await own.call(await own.deploy('export const handler = async () => 1'))
  await own.close()
  t.throws(() => readdirSync(`${directory}-2`), { code: 'ENOENT' })
  const listed = await driver.list(own.options.nodeId)
  t.strictSame(listed, [])
})
