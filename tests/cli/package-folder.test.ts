import { execFile } from 'node:child_process'
import { chmod, readdir, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { packageFolder } from '../../cli/package-folder.ts'
import { MAX_ZIP_BYTES } from '../../core/functions/function.ts'
import { inspectZip, unpackZip } from '../../core/functions/zip.ts'
import { exampleFolder, PACKAGES } from '../fixtures/example.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const FILES = {
  'index.mjs': 'export const handler = () => 1',
  'hearth.json': '{"name": "a"}',
  'README.md': '# A',
  '.env': 'SECRET=1',
  'tool.sh': '#!/bin/sh',
  'words.test.ts': '',
  lib: { 'words.ts': 'export {}', 'readme.txt': 'read at run time', sample: { 'a.txt': 'a' } },
  sample: { 'event.json': '{}' },
  tests: { 'a.ts': '' },
  node_modules: { left: { 'index.js': '' } },
  '.git': { HEAD: '' },
}

async function unpacked(t: Parameters<typeof temporaryFolder>[0], zip: Buffer) {
  const folder = await temporaryFolder(t, 'task')
  await unpackZip(zip, folder)
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile())
  const paths = files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
  return { folder, paths: paths.sort() }
}

t.test('what belongs to developing a function is left out', async (t) => {
  const folder = t.testdir(FILES)
  await chmod(join(folder, 'tool.sh'), 0o755)
  const { zip, files } = await packageFolder(folder, { cacheDirectory: PACKAGES })
  const { folder: task, paths } = await unpacked(t, zip)
  t.same(paths, ['index.mjs', 'lib/readme.txt', 'lib/sample/a.txt', 'lib/words.ts', 'tool.sh'])
  t.equal(files, paths.length)
  t.equal((await stat(join(task, 'tool.sh'))).mode & 0o777, 0o755, 'what is executable stays so')
})

t.test('equal folders are equal packages, whenever they were written', async (t) => {
  const folder = t.testdir(FILES)
  const first = await packageFolder(folder, { cacheDirectory: PACKAGES })
  await utimes(join(folder, 'index.mjs'), 1, 1)
  t.ok(first.zip.equals((await packageFolder(folder, { cacheDirectory: PACKAGES })).zip))
  await writeFile(join(folder, 'index.mjs'), 'export const handler = () => 2')
  t.notOk(first.zip.equals((await packageFolder(folder, { cacheDirectory: PACKAGES })).zip))
})

t.test('links and packages that are too large are refused', async (t) => {
  const linked = t.testdir({ 'index.mjs': '' })
  await symlink('/etc/passwd', join(linked, 'passwd'))
  await t.rejects(packageFolder(linked, { cacheDirectory: PACKAGES }), {
    message: /passwd is neither a file nor/,
  })
  const large = await temporaryFolder(t)
  await writeFile(join(large, 'data.bin'), '')
  await truncate(join(large, 'data.bin'), 251 * 1024 * 1024)
  await t.rejects(packageFolder(large, { cacheDirectory: PACKAGES }), {
    message: /larger than 250 MB unpacked/,
  })
})

t.test('production dependencies come along, for the sandbox’s platform', async (t) => {
  const { zip } = await packageFolder(exampleFolder('thumbnail'), { cacheDirectory: PACKAGES })
  t.ok(zip.length < MAX_ZIP_BYTES)
  await inspectZip(zip)
  const { paths } = await unpacked(t, zip)
  const has = (start: string) => paths.some((path) => path.startsWith(`node_modules/${start}`))
  t.ok(has(`@img/sharp-linux-${process.arch}/`), 'the binary of sharp')
  t.ok(has('@aws-sdk/client-s3/'))
  t.notOk(has('@types/'), 'nothing for development')
  t.notOk(paths.some((path) => /\.d\.ts$|\.map$/.test(path)))
})

t.test(
  'dependencies without a lock file, or with one that does not fit, are refused',
  async (t) => {
    const manifest = { name: 'a', version: '1.0.0', dependencies: { tslib: '^2.0.0' } }
    const unlocked = t.testdir({ 'package.json': JSON.stringify(manifest) })
    await t.rejects(packageFolder(unlocked, { cacheDirectory: PACKAGES }), {
      name: 'Problem',
      message: /no package-lock\.json/,
      remedy: /npm install/,
    })
    const root = { name: 'a', version: '1.0.0' }
    const stale = { ...root, lockfileVersion: 3, requires: true, packages: { '': root } }
    const mismatched = await temporaryFolder(t)
    await writeFile(join(mismatched, 'package.json'), JSON.stringify(manifest))
    await writeFile(join(mismatched, 'package-lock.json'), JSON.stringify(stale))
    const cache = await temporaryFolder(t)
    const lines: string[] = []
    const say = (line: string) => void lines.push(line)
    await t.rejects(packageFolder(mismatched, { cacheDirectory: cache, say }), {
      name: 'Problem',
      message: /"npm ci" ended with 1:.*tslib/s,
    })
    t.same(await readdir(cache), [], 'nothing half-installed stays')
    t.same(lines, [`Installing the dependencies of ${mismatched}`])
  },
)

t.test('a dependency by a path is refused by its name', async (t) => {
  const folder = t.testdir({
    lib: { 'package.json': '{"name": "lib", "version": "1.0.0"}' },
    f: { 'package.json': '{"name": "f", "dependencies": {"lib": "file:../lib"}}' },
  })
  const cwd = join(folder, 'f')
  await promisify(execFile)('npm', ['install', '--offline', '--no-audit', '--no-fund'], { cwd })
  await t.rejects(packageFolder(cwd, { cacheDirectory: PACKAGES }), {
    name: 'Problem',
    message: /depends on "lib" by a path/,
  })
})
