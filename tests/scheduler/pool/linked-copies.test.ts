import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { LinkedCopies } from '../../../scheduler/pool/linked-copies.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const WAIT_MS = 10_000

async function treeIn(t: Test): Promise<{ path: string; copies: LinkedCopies }> {
  const path = await temporaryFolder(t)
  await mkdir(join(path, 'tree/deep'), { recursive: true })
  await writeFile(join(path, 'tree/deep/file'), 'content')
  const copies = new LinkedCopies(path)
  t.teardown(() => copies.close())
  return { path, copies }
}

async function spares(path: string): Promise<number> {
  return (await readdir(path)).filter((name) => LinkedCopies.isName(name)).length
}

async function until(check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + WAIT_MS
  while (!(await check())) {
    if (Date.now() > end) throw new Error('Waited too long')
    await sleep(20)
  }
}

t.test('each taker has a copy of its own, made ahead or not', async (t) => {
  const { path, copies } = await treeIn(t)
  await copies.ready()
  t.equal(await spares(path), 1)
  const taken = await Promise.all(Array.from({ length: 9 }, () => copies.take()))
  t.equal(new Set(taken).size, 9)
  for (const copy of taken) t.equal(await readFile(join(copy, 'deep/file'), 'utf8'), 'content')
})

t.test('after one start one copy lies ready; after many, a few', async (t) => {
  const { path, copies } = await treeIn(t)
  await copies.take()
  await until(async () => (await spares(path)) === 2)
  await Promise.all(Array.from({ length: 8 }, () => copies.take()))
  await until(async () => (await spares(path)) === 9 + 4)
  await copies.ready()
  await copies.close()
  t.equal(await spares(path), 9 + 4, 'and no more')
})

t.test('a copy that cannot be made is its taker’s affair, and leaves nothing', async (t) => {
  const { path, copies } = await treeIn(t)
  await rm(join(path, 'tree'), { recursive: true })
  await copies.ready()
  await t.rejects(Promise.all([copies.take(), copies.take(), copies.take()]), /cp/)
  await copies.close()
  t.equal(await spares(path), 0)
  await mkdir(join(path, 'tree'))
  t.ok(await copies.take(), 'the next one is tried anew')
})
