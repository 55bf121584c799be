import { readdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Frame } from '../../core/frame.ts'
import type { CompiledMessage } from '../../core/protocol.ts'
import { bundledRuntime, PlayedPool } from './played-pool.ts'

type Tap = Parameters<typeof PlayedPool.booted>[0]

/** Long enough to be worth recording. */
const SLOW = 'const slow = performance.now(); while (performance.now() - slow < 30);'
const EVENT = { how: 'are you' }

/** Loads and calls the function; what it answered, and what it has recorded. */
async function record(t: Tap, files: Record<string, string>) {
  const pool = await PlayedPool.booted(t, files)
  await pool.init({ compiled: 'record' })
  const { value } = await pool.invoke(EVENT)
  const frames: Frame<CompiledMessage>[] = []
  do frames.push((await pool.next('compiled')) as Frame<CompiledMessage>)
  while (!frames.at(-1)?.head.last)
  return { value, frames, pool }
}

/** The next sandbox in the same place, with what was recorded. Returns what it answers. */
async function use(pool: PlayedPool, frames: Frame<CompiledMessage>[]): Promise<unknown> {
  pool.closeLink()
  await pool.exit()
  const name = `${frames.at(-1)?.head.folder}-${process.getuid?.()}`
  const folder = join(pool.directory, 'compiled', name)
  await mkdir(folder, { recursive: true })
  for (const { head, body } of frames) if (head.file) await writeFile(join(folder, head.file), body)
  const bootstrap = join(await bundledRuntime(), 'bootstrap.mjs')
  const debug = 'NODE_DEBUG_NATIVE=COMPILE_CACHE'
  await pool.bootWith('env', [debug, process.execPath, bootstrap, pool.directory])
  await pool.init({ compiled: 'use' })
  return (await pool.invoke(EVENT)).value
}

t.test('modules are made of what Node has compiled of them before', async (t) => {
  const files = {
    'index.mjs': `${SLOW} import { part } from './part.mjs'; export const handler = async (event) => ({ event, part })`,
    'part.mjs': 'export const part = import.meta.url.slice(-8)',
  }
  const { value, frames, pool } = await record(t, files)
  const names = frames.map(({ head }) => head.file)
  t.equal(names.filter((file) => /^[0-9a-f]{8}$/.test(file ?? '')).length, 2)
  t.strictSame(await use(pool, frames), value)
  t.match(pool.stderr, /code cache for ESM file:\S*\/task\/part\.mjs was accepted/)
})

t.test('TypeScript is not stripped of its types again', async (t) => {
  const files = {
    'package.json': '{"type":"module"}',
    'index.ts': `${SLOW} type E = { how: string }; export const handler = async (event: E): Promise<E> => event`,
  }
  const { value, frames, pool } = await record(t, files)
  t.strictSame(await use(pool, frames), value)
  t.match(pool.stderr, /reading cache from \S+ for StrippedTypeScript \S+index\.ts\.\.\..* success/)
})

t.test('modules of CommonJS are what Node makes of them, recorded or not', async (t) => {
  const files = {
    'index.js': `'use strict'; const here = new Error('here').stack.split('\\n')[1]; ${SLOW}
      const cyclic = require('./cyclic'); exports.early = 'early'
      exports.handler = async function (event) {
        const other = await import('./other.mjs'); const detected = require('./detected.js')
        const failure = (() => { try { require('./broken.cjs') } catch (e) { return e.name + e.message } })()
        return { event, here, cyclic: cyclic.seen(), other: other.name, detected: detected.name, failure, strict: this === exports,
          hash: require('./hash.cjs'), data: require('./data.json').n, file: [__filename, __dirname], main: require.main === undefined,
          resolved: require.resolve('./cyclic'), paths: require.resolve.paths('x')[0], cached: Object.keys(require.cache).map((f) => f.split('/').pop()),
          module: [module.id, module.loaded, module.children.map((c) => c.id.split('/').pop()), module.parent === undefined], extensions: Object.keys(require.extensions),
          own: typeof NODE_MODULE, thrown: (() => { try { require('./thrower') } catch (e) { return e.stack.split('\\n')[1] } })(),
          missing: (() => { try { require('./missing') } catch (e) { return e.message } })(), env: process.env.NODE_COMPILE_CACHE ?? 'none' } }`,
    'cyclic.js': `const index = require('./index'); exports.seen = () => index.early`,
    'other.mjs': `export const name = 'other'`,
    'detected.js': `export const name = 'detected'`,
    'broken.cjs': 'const = 1',
    'hash.cjs': '#!/usr/bin/env node\nmodule.exports = this === exports',
    'thrower.js': `throw new Error('thrown')`,
    'data.json': '{"n":7}',
  }
  const untouched = await PlayedPool.booted(t, files)
  t.match(await untouched.init(), { type: 'ready' })
  const { value: expected } = await untouched.invoke(EVENT)
  const { value, frames, pool } = await record(t, files)
  const without = (of: unknown, { directory }: PlayedPool) =>
    JSON.parse(JSON.stringify(of).replaceAll(directory, ''))
  t.strictSame(without(value, pool), without(expected, untouched))
  t.strictSame(without(await use(pool, frames), pool), without(expected, untouched))
})

t.test('code that differs from what was recorded is compiled anew', async (t) => {
  const of = (n: number) => `${SLOW} exports.handler = async () => ${n}`
  const { frames, pool } = await record(t, { 'index.cjs': of(1) })
  await writeFile(join(pool.directory, 'task/index.cjs'), of(2))
  t.equal(await use(pool, frames), 2)
})

t.test(
  'what was recorded is sent when no invocation runs, and leaves nothing behind',
  async (t) => {
    const pool = await PlayedPool.booted(t, {
      'index.cjs': `${SLOW} exports.handler = (event) => new Promise((done) => setTimeout(done, event, require('node:module').getCompileCacheDir()))`,
    })
    await pool.init({ compiled: 'record' })
    const { value: folder } = await pool.invoke(600)
    t.ok(folder)
    t.match((await pool.next('compiled')).head, { file: 'scripts' })
    t.match((await pool.next('compiled')).head, {
      last: true,
      folder: /^v24\.[0-9.]+-\w+-[0-9a-f]{8}$/,
    })
    const { value } = await pool.invoke(0)
    t.equal(value, folder)
    t.throws(() => readdirSync(String(folder)), { code: 'ENOENT' })
  },
)

t.test('a handler that is loaded fast sends nothing', async (t) => {
  const pool = await PlayedPool.booted(t, { 'index.cjs': 'exports.handler = async () => 1' })
  t.match(await pool.init({ compiled: 'record' }), { type: 'ready' })
  const { head } = await pool.next('compiled')
  t.match(head, { last: true, file: undefined })
  t.equal((await pool.invoke(EVENT)).value, 1)
})

t.test('compiled code that is missing or no such thing does no harm', async (t) => {
  const files = { 'index.cjs': `${SLOW} exports.handler = async () => 'well'` }
  const { frames, pool } = await record(t, files)
  const last = frames.at(-1) ?? []
  t.equal(await use(pool, [last] as Frame<CompiledMessage>[]), 'well')
  for (const junk of [
    '',
    'x',
    '\0\0\0\x02[]',
    '\0\0\0\x04[{}]',
    '\xff\xff\xff\xff[]',
    '\0\0\0\x04null',
  ]) {
    const pack = { head: { type: 'compiled', file: 'scripts' }, body: Buffer.from(junk, 'latin1') }
    const broken = [pack, last] as Frame<CompiledMessage>[]
    t.equal(await use(pool, broken), 'well', JSON.stringify(junk))
  }
  const pack = frames.find(({ head }) => head.file === 'scripts')
  for (const back of [20, 200, 400]) {
    const body = Buffer.from(pack?.body ?? [])
    body.fill(0xff, body.length - back, body.length - back + 20)
    const damaged = [{ head: pack?.head, body }, last] as Frame<CompiledMessage>[]
    t.equal(await use(pool, damaged), 'well', `damaged ${back} bytes before its end`)
  }
})
