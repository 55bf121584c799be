import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { makeZip, unpackZip } from '../../../core/functions/zip.ts'
import { CodeCache } from '../../../scheduler/pool/code-cache.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

class Packages {
  readonly #zips = new Map<string, Buffer>()
  reads = 0

  async add(files: Record<string, string>): Promise<string> {
    const zip = await makeZip(files)
    const sha = createHash('sha256').update(zip).digest('base64')
    this.#zips.set(sha, zip)
    return sha
  }

  async put(): Promise<never> {
    throw new Error('Not used here')
  }

  async get(sha: string): Promise<Buffer> {
    this.reads += 1
    const zip = this.#zips.get(sha)
    if (!zip) throw new Error('No such package')
    return zip
  }
}

const LARGE = Object.fromEntries(
  Array.from({ length: 300 }, (_, n) => [`lib/${n % 7}/${n}.js`, `${n}`]),
)

t.test('a package is unpacked once and linked into every sandbox', async (t) => {
  const root = await temporaryFolder(t)
  const code = new Packages()
  const options = { directory: join(root, 'code'), code, unpack: unpackZip }
  const cache = await CodeCache.open(options)
  const sha = await code.add({ 'index.js': 'one', 'lib/deep/a.js': 'two' })
  const tasks = ['a', 'b', 'c'].map((name) => join(root, name))
  await Promise.all(tasks.map((task) => mkdir(task)))
  await Promise.all(tasks.map((task) => cache.place(sha, task)))
  for (const task of tasks) t.equal(await readFile(join(task, 'lib/deep/a.js'), 'utf8'), 'two')
  t.equal(code.reads, 1)
  const [one, two] = await Promise.all(tasks.map((task) => stat(join(task, 'index.js'))))
  t.equal(one?.ino, two?.ino, 'the same file')

  const again = await CodeCache.open(options)
  await again.prepare(sha)
  t.equal(code.reads, 1, 'the next start finds it')
})

t.test('a package of many files is linked ahead of time, and renamed in', async (t) => {
  const root = await temporaryFolder(t)
  const code = new Packages()
  const cache = await CodeCache.open({ directory: join(root, 'code'), code, unpack: unpackZip })
  const sha = await code.add(LARGE)
  await cache.prepare(sha)
  for (const name of ['a', 'b', 'c']) {
    await mkdir(join(root, name))
    await cache.place(sha, join(root, name))
    const files = await readdir(join(root, name), { recursive: true, withFileTypes: true })
    t.equal(files.filter((file) => file.isFile()).length, 300)
  }
  await cache.close()
})

t.test('a package that fails leaves nothing, and is tried anew', async (t) => {
  const root = await temporaryFolder(t)
  const directory = join(root, 'code')
  const code = new Packages()
  let broken = true
  const cache = await CodeCache.open({
    directory,
    code,
    unpack: async (zip, target) => {
      await unpackZip(zip, target)
      if (broken) throw new Error('Disk full')
    },
  })
  const sha = await code.add({ 'index.js': '' })
  await t.rejects(cache.prepare(sha), { message: 'Disk full' })
  t.strictSame(await readdir(directory), [])
  broken = false
  await cache.prepare(sha)
  t.equal((await readdir(directory)).length, 1)
})

t.test('what an earlier start left half-made is removed', async (t) => {
  const root = await temporaryFolder(t)
  const directory = join(root, 'code')
  await mkdir(join(directory, `${'a'.repeat(64)}.unfinished`), { recursive: true })
  await writeFile(join(directory, 'stray'), '')
  await CodeCache.open({ directory, code: new Packages(), unpack: unpackZip })
  t.strictSame(await readdir(directory), [])
})

t.test(
  'what does not fit any more leaves, the longest unused first, and no more of it',
  async (t) => {
    const root = await temporaryFolder(t)
    const code = new Packages()
    const directory = join(root, 'code')
    const cache = await CodeCache.open({ directory, code, unpack: unpackZip, bytesMax: 35 })
    const [one, two, three, four] = await Promise.all(
      ['1', '2', '3', '4'].map((text) => code.add({ 'index.js': text.repeat(10) })),
    )
    for (const sha of [one, two, three, one, four]) await cache.prepare(sha ?? '')
    await cache.close()
    t.same((await readdir(directory)).sort(), [one, three, four].map(hex).sort())
    await cache.prepare(two ?? '')
    t.equal(code.reads, 5, 'only what left is read again')
  },
)

t.test('a package that an earlier start left in half is unpacked anew', async (t) => {
  const root = await temporaryFolder(t)
  const code = new Packages()
  const directory = join(root, 'code')
  const sha = await code.add({ 'index.js': 'whole' })
  await mkdir(join(directory, hex(sha)), { recursive: true })
  const cache = await CodeCache.open({ directory, code, unpack: unpackZip })
  await new Promise((resolve) => setTimeout(resolve, 20))
  const task = join(root, 'task')
  await mkdir(task)
  await cache.place(sha, task)
  t.equal(await readFile(join(task, 'index.js'), 'utf8'), 'whole')
})

function hex(sha = ''): string {
  return Buffer.from(sha, 'base64').toString('hex')
}
