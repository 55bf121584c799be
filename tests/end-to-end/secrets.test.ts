import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { rest } from '../fixtures/rest.ts'

const run = promisify(execFile)
const VALUE = `never-to-be-seen-${Date.now()}`

const platform = await startPlatform({ POOL_GENERIC: '1', LOG_LEVEL: 'trace' })
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)

const SOURCE = `
  const atLoad = process.env.TOKEN
  const id = crypto.randomUUID()
  export const handler = async () => ({ id, atLoad, now: process.env.TOKEN })`
await functions.create('f', SOURCE)

interface Seen {
  id: string
  atLoad?: string
  now?: string
}

const call = async (query = '') =>
  (await rest<Seen>(`${platform.url}/functions/f/invocations${query}`, { body: {} })).body

const put = (value: string) =>
  rest(`${platform.url}/functions/f/secrets/TOKEN`, { method: 'PUT', body: { value } })

t.test('a handler has its secret while it loads, and a change makes new sandboxes', async (t) => {
  const before = await call()
  t.equal(before.atLoad, undefined)
  t.equal((await put('first')).status, 200)
  const first = await call()
  t.match(first, { atLoad: 'first', now: 'first' })
  t.not(first.id, before.id)
  t.equal((await call()).id, first.id, 'which stay')
  await put(VALUE)
  const second = await call()
  t.match(second, { atLoad: VALUE, now: VALUE })
  t.not(second.id, first.id)
})

t.test('a published version has the secrets of now', async (t) => {
  await rest(`${platform.url}/functions/f/versions`, { body: {} })
  const before = await call('?qualifier=1')
  t.equal(before.now, VALUE)
  await put('for a moment')
  const after = await call('?qualifier=1')
  t.equal(after.now, 'for a moment')
  t.not(after.id, before.id)
  await put(VALUE)
  t.equal((await call('?qualifier=1')).now, VALUE)
})

t.test('nobody who may look at containers or processes sees it', async (t) => {
  t.equal((await call()).now, VALUE, 'while it runs')
  const { stdout: ids } = await run('docker', ['ps', '-aq', '--no-trunc'])
  for (const id of ids.split('\n').filter(Boolean)) {
    const inspected = await run('docker', ['inspect', id]).catch(() => undefined)
    t.notMatch(inspected?.stdout ?? '', VALUE)
  }
  const { stdout: commands } = await run('ps', ['axeww', '-o', 'args'])
  t.notMatch(commands, VALUE, 'neither in a command line nor in the environment that it began with')
})

t.test('it is in no log, and in no file of the data folder', async (t) => {
  await rest(`${platform.url}/functions/f/secrets/TOKEN`, {
    method: 'PUT',
    body: `{"value":"${VALUE}"`,
  })
  t.notMatch(platform.output(), VALUE)
  t.notMatch((await rest(`${platform.url}/functions/f/logs`)).text, VALUE)
  const files = readdirSync(platform.dataDir, { recursive: true, withFileTypes: true })
  const plain = files.filter((entry) => entry.isFile())
  t.ok(
    plain.some(({ name }) => name.endsWith('.aof')),
    'Redis’ own file was among them',
  )
  for (const { parentPath, name } of plain) {
    t.notOk(readFileSync(join(parentPath, name)).includes(VALUE), name)
  }
  const { mode } = statSync(join(platform.dataDir, 'secret-keys.json'))
  t.equal(mode & 0o777, 0o600)
})

t.test('a new key disturbs nobody, and holds after a kill', async (t) => {
  const before = await call()
  const rotated = await rest<{ resealed: number }>(`${platform.url}/secrets/rotation`, {
    method: 'POST',
  })
  t.match(rotated, { status: 200, body: { resealed: 1, unreadable: [] } })
  t.equal((await call()).id, before.id)
  await platform.kill()
  await platform.start()
  t.match(await call(), { atLoad: VALUE, now: VALUE })
})

t.test('a secret that is deleted is gone from the next sandbox on', async (t) => {
  await rest(`${platform.url}/functions/f/secrets/TOKEN`, { method: 'DELETE' })
  const { now } = await call()
  t.equal(now, undefined)
})
