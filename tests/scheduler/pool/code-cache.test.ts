import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import t from 'tap'
import { ZipFile } from 'yazl'
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

  async addZip(zip: ZipFile): Promise<string> {
    zip.end()
    const bytes = await buffer(zip.outputStream)
    const sha = createHash('sha256').update(bytes).digest('base64')
    this.#zips.set(sha, bytes)
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
  await Promise.all(tasks.map((task) => cache.place([sha], task)))
  for (const task of tasks) t.equal(await readFile(join(task, 'lib/deep/a.js'), 'utf8'), 'two')
  t.equal(code.reads, 1)
  const [one, two] = await Promise.all(tasks.map((task) => stat(join(task, 'index.js'))))
  t.equal(one?.ino, two?.ino, 'the same file')

  const again = await CodeCache.open(options)
  await again.prepare([sha])
  t.equal(code.reads, 1, 'the next start finds it')
})

t.test('a package of many files is linked ahead of time, and renamed in', async (t) => {
  const root = await temporaryFolder(t)
  const code = new Packages()
  const cache = await CodeCache.open({ directory: join(root, 'code'), code, unpack: unpackZip })
  const sha = await code.add(LARGE)
  await cache.prepare([sha])
  for (const name of ['a', 'b', 'c']) {
    await mkdir(join(root, name))
    await cache.place([sha], join(root, name))
    const files = await readdir(join(root, name), { recursive: true, withFileTypes: true })
    t.equal(files.filter((file) => file.isFile()).length, 300)
  }
  await cache.close()
})

t.test('starts at the same time each get a copy of their own', async (t) => {
  const root = await temporaryFolder(t)
  const code = new Packages()
  const cache = await CodeCache.open({ directory: join(root, 'code'), code, unpack: unpackZip })
  const sha = await code.add(LARGE)
  await cache.prepare([sha])
  const tasks = Array.from({ length: 12 }, (_, n) => join(root, `${n}`))
  await Promise.all(tasks.map((task) => mkdir(task)))
  await Promise.all(tasks.map((task) => cache.place([sha], task)))
  for (const task of tasks) t.equal(await readFile(join(task, 'lib/6/146.js'), 'utf8'), '146')
  t.equal((await stat(join(tasks[11] ?? '', 'lib'))).mode & 0o777, 0o755)
  await cache.close()
})

t.test('a tree of the caller’s own is kept as packages are, and forgotten', async (t) => {
  const root = await temporaryFolder(t)
  const directory = join(root, 'code')
  const code = new Packages()
  const options = { directory, code, unpack: unpackZip, bytesMax: 35 }
  const cache = await CodeCache.open(options)
  const write = (text: string) => async (tree: string) => {
    await mkdir(tree)
    await writeFile(join(tree, 'file'), text)
  }
  const [one, two, other] = ['aa', 'ab', 'cc'].map((name) => name.padEnd(64, '0'))
  const placed = async (name = '', from = cache) => {
    const to = join(root, `${Math.random()}`)
    await mkdir(to)
    return (await from.placeKept(name, to)) && (await readFile(join(to, 'file'), 'utf8'))
  }
  t.equal(await placed(one), false)
  cache.keep(one ?? '', write('first'))
  cache.keep(one ?? '', write('second'))
  t.equal(await placed(one), 'first', 'the first stays')
  cache.keep(two ?? '', write('x'))
  cache.keep(other ?? '', write('y'))
  cache.forget('a')
  await cache.close()
  t.strictSame(await readdir(directory), [other], 'also one that was being made')
  t.equal(await placed(one), false)
  t.equal(await placed(other), 'y')
  const again = await CodeCache.open(options)
  t.equal(await placed(other, again), 'y', 'a restart keeps it')
  const packages = ['1', '2'].map((text) => code.add({ 'index.js': text.repeat(20) }))
  for (const sha of await Promise.all(packages)) await again.prepare([sha])
  t.equal(await placed(other, again), false, 'it has left with what was not used')
  await again.close()
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
  await t.rejects(cache.prepare([sha]), { message: 'Disk full' })
  t.strictSame(await readdir(directory), [])
  broken = false
  await cache.prepare([sha])
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
    for (const sha of [one, two, three, one, four]) await cache.prepare([sha ?? ''])
    await cache.close()
    t.same((await readdir(directory)).sort(), [one, three, four].map(hex).sort())
    await cache.prepare([two ?? ''])
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
  await cache.place([sha], task)
  t.equal(await readFile(join(task, 'index.js'), 'utf8'), 'whole')
})

t.test('of several packages, later ones lie over the ones before', async (t) => {
  const root = await temporaryFolder(t)
  const code = new Packages()
  const directory = join(root, 'code')
  const options = { directory, code, unpack: unpackZip }
  const cache = await CodeCache.open(options)
  const deep = `${'long-folder-name/'.repeat(40)}end.txt`
  const low = await code.add({ 'a/one': '1', 'a/two': '1', 'x/y/z': 'folder', w: 'file' })
  const top = new ZipFile()
  top.addBuffer(Buffer.from('2'), 'a/two', { mode: 0o100755 })
  top.addBuffer(Buffer.from('file'), 'x/y')
  top.addBuffer(Buffer.from('folder'), 'w/v')
  top.addBuffer(Buffer.from('deep'), deep)
  const high = await code.addZip(top)
  const read = async (packages: string[]) => {
    const opt = join(root, packages.join().slice(0, 8).replaceAll('/', '_') + packages.length)
    await mkdir(opt)
    await cache.place(packages, opt)
    const entries = await readdir(opt, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile())
    const texts = files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name)
      return [path.slice(opt.length + 1), await readFile(path, 'utf8')] as const
    })
    return { opt, files: Object.fromEntries(await Promise.all(texts)) }
  }
  const { opt, files } = await read([low, high])
  t.strictSame(files, {
    'a/one': '1',
    'a/two': '2',
    'x/y': 'file',
    'w/v': 'folder',
    [deep]: 'deep',
  })
  t.equal((await stat(join(opt, 'a/two'))).mode & 0o777, 0o755, 'what was executable stays so')
  t.equal((await stat(join(opt, 'a/one'))).mode & 0o777, 0o644)
  t.strictSame((await read([high, low])).files['a/two'], '1', 'the order counts')
  t.equal((await readdir(directory)).length, 2, 'one tree for each order')

  const reads = code.reads
  const again = await CodeCache.open(options)
  await again.prepare([low, high])
  t.equal(code.reads, reads, 'the next start finds it')
})

t.test(
  'a merge that fails leaves nothing, and what is merged counts as what it takes',
  async (t) => {
    const root = await temporaryFolder(t)
    const code = new Packages()
    const directory = join(root, 'code')
    const cache = await CodeCache.open({ directory, code, unpack: unpackZip, bytesMax: 45 })
    const [one = '', two = '', three = ''] = await Promise.all(
      ['1', '2', '3'].map((text) => code.add({ [text]: text.repeat(20) })),
    )
    await t.rejects(cache.prepare([one, 'missing', two]), { message: 'No such package' })
    t.strictSame(await readdir(directory), [])
    await cache.prepare([one])
    await cache.prepare([one, two])
    await cache.close()
    t.equal((await readdir(directory)).length, 1, 'the first has left')
    await cache.prepare([three])
    await cache.close()
    t.strictSame(await readdir(directory), [hex(three)])
  },
)

function hex(sha = ''): string {
  return Buffer.from(sha, 'base64').toString('hex')
}
