import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { bundleRuntime } from '../../runtime-image/build.ts'
import { PlayedPool } from './played-pool.ts'

t.test('equal sources give an equal hash, and a complete build context', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'hearth-bundle-'))
  t.teardown(() => rm(directory, { recursive: true, force: true }))
  const first = await bundleRuntime(join(directory, 'a'))
  t.match(first, /^[0-9a-f]{64}$/)
  t.equal(await bundleRuntime(join(directory, 'b')), first)
  t.strictSame((await readdir(join(directory, 'a'))).sort(), [
    'Dockerfile',
    'bootstrap.mjs',
    'forwarder.mjs',
    'proxy.mjs',
    'rehearsal.mjs',
    'thread.mjs',
  ])
})

t.test('a waiting sandbox has loaded nothing that a function may never need', async (t) => {
  const pool = await PlayedPool.booted(t, {
    'index.js': 'const loaded = [...process.moduleLoadList]; exports.handler = async () => loaded',
  })
  await pool.init()
  const loaded = (await pool.invoke({})).value as string[]
  for (const module of [
    'http',
    'https',
    'tls',
    'crypto',
    'fs/promises',
    'internal/deps/undici/undici',
  ]) {
    t.notOk(loaded.includes(`NativeModule ${module}`), module)
  }
})
