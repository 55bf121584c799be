import { randomUUID } from 'node:crypto'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { needsEngine, type PoolRig, startPool } from '../../fixtures/pool.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

await needsEngine(t)

const WAIT_MS = 20_000
const REMOVED = { errorMessage: /broke the protocol/ }

/** A handler with much code, that is loaded slowly enough; it tells what it was made of. */
function heavy(answer: string): string {
  return `const slow = performance.now(); while (performance.now() - slow < 40);
    exports.handler = async () => ({ answer: '${answer}', from: require('node:module').getCompileCacheDir() })
    // ${'x'.repeat(70_000)}\n`
}

interface Answer {
  answer: string
  from?: string
}

/** Folders that hold compiled code: `<code>/<name>/tree/v24…`. */
async function kept(rig: PoolRig): Promise<string[]> {
  const code = join(rig.directory, '..', 'code')
  const found: string[] = []
  for (const name of await readdir(code)) {
    if (!/^[0-9a-f]{64}$/.test(name)) continue // It is being written.
    const inside = await readdir(join(code, name, 'tree')).catch(() => [])
    const [folder] = inside.filter((entry) => entry.startsWith('v24.'))
    if (folder) found.push(join(code, name, 'tree', folder))
  }
  return found
}

async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + WAIT_MS
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`Waited too long until ${what}`)
    await sleep(20)
  }
}

async function started(t: Test, changes: Parameters<typeof startPool>[0] = {}): Promise<PoolRig> {
  const directory = await temporaryFolder(t, 'sandboxes')
  const rig = await startPool({ directory, ...changes })
  t.teardown(() => rig.close())
  return rig
}

/** Deploys and calls it, and waits until what it has compiled is kept. */
async function recorded(rig: PoolRig, source: string) {
  const before = await kept(rig)
  const fn = await rig.deploy({ 'index.js': source })
  const { result } = await rig.call(fn)
  await until('compiled code is kept', async () => (await kept(rig)).length > before.length)
  const folder = (await kept(rig)).find((path) => !before.includes(path)) ?? ''
  return { fn, folder, first: result as Answer }
}

/** Its sandboxes are made anew, as after a change of its environment. */
async function again(rig: PoolRig, fn: Awaited<ReturnType<PoolRig['deploy']>>): Promise<Answer> {
  rig.pool.retire(fn.definition.name, () => false)
  const definition = { ...fn.definition, revisionId: randomUUID() }
  const { result } = await rig.call({ ...fn, definition })
  return result as Answer
}

t.test(
  'what the first sandbox has compiled is what the next one of its function runs',
  async (t) => {
    const rig = await started(t)
    const one = await recorded(rig, heavy('one'))
    t.match(one.first, { answer: 'one', from: /^\/tmp\/\.compiled-/ })
    t.match(await again(rig, one.fn), { answer: 'one', from: /^\/var\/compiled\/v24\./ })

    // V8 does not look whether code and source belong together: what is answered shows what was run.
    const two = await recorded(rig, heavy('two'))
    const [mine, theirs] = await Promise.all([one, two].map(({ folder }) => readPack(folder)))
    const index = JSON.stringify([{ ...theirs?.entry, contentHash: mine?.entry.contentHash }])
    const length = Buffer.alloc(4)
    length.writeUInt32BE(index.length)
    const forged = Buffer.concat([length, Buffer.from(index), theirs?.data ?? length])
    await writeFile(join(one.folder, 'scripts'), forged)
    t.match(await again(rig, one.fn), { answer: 'two' }, 'compiled code is run')
    t.match(await again(rig, two.fn), { answer: 'two' })
  },
)

/** The one script of a pack. */
async function readPack(folder: string): Promise<{ entry: { contentHash: number }; data: Buffer }> {
  const pack = await readFile(join(folder, 'scripts'))
  const end = 4 + pack.readUInt32BE(0)
  const [entry] = JSON.parse(pack.toString('utf8', 4, end))
  return { entry, data: pack.subarray(end) }
}

t.test('a function with the same code runs nothing that another has compiled', async (t) => {
  const rig = await started(t)
  await recorded(rig, heavy('same'))
  const other = await recorded(rig, heavy('same'))
  t.match(other.first, { from: /^\/tmp\/\.compiled-/ }, 'it compiles for itself')
  t.equal((await kept(rig)).length, 2)
})

t.test('compiled code that was damaged costs nothing but time', async (t) => {
  const rig = await started(t)
  const { fn, folder } = await recorded(rig, heavy('whole'))
  const path = join(folder, 'scripts')
  const pack = await readFile(path)
  for (const at of [2, 10, pack.length - 100]) {
    const damaged = Buffer.from(pack)
    damaged.fill(0xff, at, at + 8)
    await writeFile(path, damaged)
    t.match(await again(rig, fn), { answer: 'whole', from: /^\/var\/compiled/ }, `at ${at}`)
  }
  await writeFile(path, pack.subarray(0, pack.length / 2))
  t.match(await again(rig, fn), { answer: 'whole' }, 'cut off')
  await writeFile(path, '')
  t.match(await again(rig, fn), { answer: 'whole' }, 'empty')
})

t.test('a function that is gone leaves no compiled code to one of the same name', async (t) => {
  const rig = await started(t)
  const { fn, folder } = await recorded(rig, heavy('gone'))
  rig.pool.retire(fn.definition.name, () => false)
  const { name } = fn.definition
  const createdAt = new Date(0).toISOString()
  const next = await rig.deploy({ 'index.js': heavy('gone') }, { name, createdAt })
  t.match(
    (await rig.call(next)).result,
    { from: /^\/tmp\/\.compiled-/ },
    'even before it is removed',
  )
  rig.pool.forget(name)
  await t.rejects(stat(folder), { code: 'ENOENT' })
})

t.test('a restart keeps what was compiled', async (t) => {
  const rig = await started(t)
  const { fn } = await recorded(rig, heavy('kept'))
  await rig.pool.close(0)
  const next = await startPool(rig.options)
  t.teardown(() => next.close())
  t.match((await next.call(fn)).result, { answer: 'kept', from: /^\/var\/compiled/ })
})

t.test('a small function, and one whose variables Node reads at boot, do without', async (t) => {
  const rig = await started(t)
  const small = await rig.deploy({ 'index.js': heavy('small').slice(0, 60_000) })
  t.strictSame((await rig.call(small)).result, { answer: 'small' })
  const environment = { NODE_OPTIONS: '--enable-source-maps' }
  const flagged = await rig.deploy({ 'index.js': heavy('flagged') }, { environment })
  t.strictSame((await rig.call(flagged)).result, { answer: 'flagged' })
})

t.test('much code that is loaded fast is asked about once', async (t) => {
  const rig = await started(t)
  const fast = heavy('fast').replace('< 40', '< 0')
  const fn = await rig.deploy({ 'index.js': fast })
  t.match((await rig.call(fn)).result, { from: /^\/tmp\/\.compiled-/ })
  await until('it is known to be fast', async () => !(await again(rig, fn)).from)
  t.strictSame(await kept(rig), [])
})

t.test('what a function sends in the runtime’s place does not leave its folder', async (t) => {
  const rig = await started(t)
  // The link is among the handles of the process: nothing in a sandbox is safe from its own code.
  const hostile = `${heavy('hostile')}
    const send = (head, body = '') => { const h = JSON.stringify(head), p = Buffer.alloc(8)
      p.writeUInt32BE(Buffer.byteLength(h)); p.writeUInt32BE(Buffer.byteLength(body), 4)
      process._getActiveHandles().find((handle) => handle.writable && handle._handle?.constructor.name === 'Pipe').write(Buffer.concat([p, Buffer.from(h), Buffer.from(body)])) }
    exports.handler = async ({ heads }) => { for (const head of heads) send(head, 'x'); await new Promise((r) => setTimeout(r, 5000)) }`
  for (const file of ['../../../escaped', '/tmp/escaped', 'scripts/../../x', '.', '0000000g', 7]) {
    const fn = await rig.deploy({ 'index.js': hostile })
    const { answer } = await rig.call(fn, { heads: [{ type: 'compiled', file }] })
    t.match(answer.functionError, REMOVED, `${file}`)
  }
  const fn = await rig.deploy({ 'index.js': hostile })
  const last = { type: 'compiled', folder: '../escaped', last: true }
  const { answer } = await rig.call(fn, { heads: [{ type: 'compiled', file: 'scripts' }, last] })
  t.match(answer.functionError, REMOVED)
  t.strictSame(await kept(rig), [])
  t.ok(await recorded(rig, heavy('honest')), 'they keep no other from being asked')
  const around = await readdir(join(rig.directory, '..'), { recursive: true })
  t.notOk(around.some((path) => path.includes('escaped')))
})
