import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { FolderCodeStore } from '../../../core/functions/folder-code-store.ts'

t.test('A package is kept once under its hash, and read as it was', async (t) => {
  const directory = join(t.testdir(), 'deep', 'packages')
  const store = new FolderCodeStore(directory)
  const zip = Buffer.from('PK and so on')
  const puts = await Promise.all(Array.from({ length: 5 }, () => store.put(zip)))
  t.strictSame(puts[0], {
    codeSha256: 'LU1jl7oJWqdNel3iL4bh7c307IIuXIVP2T1Zw3TXk0k=',
    codeSize: zip.length,
  })
  t.equal(new Set(puts.map(({ codeSha256 }) => codeSha256)).size, 1)
  t.strictSame(await store.get(puts[0]?.codeSha256 ?? ''), zip)
  t.match(await readdir(directory), [/^[0-9a-f]{64}\.zip$/], 'no drafts are left')
  t.equal((await readdir(directory)).length, 1)
})

t.test('A package that was cut or damaged on the disk is written again', async (t) => {
  const directory = t.testdir()
  const store = new FolderCodeStore(directory)
  const zip = Buffer.from('the whole package')
  const { codeSha256 } = await store.put(zip)
  const [name = ''] = await readdir(directory)
  for (const damaged of ['the wh', 'xxx whole package']) {
    await writeFile(join(directory, name), damaged)
    await store.put(zip)
    t.strictSame(await store.get(codeSha256), zip)
  }
})

t.test('A package that is not there is a fault of the platform', async (t) => {
  const store = new FolderCodeStore(t.testdir())
  await t.rejects(store.get('AAAA'), { code: 'SandboxFailed', status: 503 })
  await t.rejects(store.get('../../etc/passwd'), { code: 'SandboxFailed' })
})
