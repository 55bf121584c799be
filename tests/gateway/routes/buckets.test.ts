import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { closeGateway } from '../../../gateway/closing.ts'
import { startGateway } from '../../fixtures/gateway.ts'
import { startMinio } from '../../fixtures/minio.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
const { app, call } = await startGateway(t, { storage: { state: 'on', store: minio.store } })
await app.listen({ port: 0, host: '127.0.0.1' })
t.teardown(() => closeGateway(app, 0))
const base = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`

t.before(async () => {
  await call('PUT /buckets/files')
})

t.test('a bucket is made once and listed; the platform’s own is not to be had', async (t) => {
  t.equal((await call('PUT /buckets/photos')).status, 201)
  t.equal((await call('PUT /buckets/photos')).status, 200)
  await minio.store.createBucket('hearth-code')
  const { buckets } = (await call('GET /buckets')).body
  t.same(
    buckets.map(({ name }: { name: string }) => name),
    ['files', 'photos'],
  )
  for (const name of ['hearth-code', 'Photos', 'ab', 'a_b']) {
    t.equal((await call(`PUT /buckets/${encodeURIComponent(name)}`)).status, 400, name)
    const object = await call(`GET /buckets/${encodeURIComponent(name)}/objects/x`)
    t.equal(object.status, 400, name)
  }
})

t.test('an object is put, read, listed and removed under any key', async (t) => {
  for (const [path, key] of [
    ['plain.txt', 'plain.txt'],
    ['a/b/c.txt', 'a/b/c.txt'],
    ['a%2Fd.txt', 'a/d.txt'],
    ['sp%20ace+plus%2Bplus%25%3F%23.txt', 'sp ace+plus+plus%?#.txt'],
    ['%C3%BCnter/%F0%9F%94%A5', 'ünter/🔥'],
  ] as const) {
    const url = `${base}/buckets/files/objects/${path}`
    const put = await fetch(url, {
      method: 'PUT',
      body: key,
      headers: { 'content-type': 'text/x-own' },
    })
    t.equal(put.status, 200)
    t.match(await put.json(), { key })
    const got = await fetch(url)
    t.equal(got.headers.get('content-type'), 'text/x-own')
    t.equal(got.headers.get('content-length'), `${Buffer.byteLength(key)}`)
    t.equal(got.headers.get('content-security-policy'), 'sandbox')
    t.equal(await got.text(), key)
    const { objects } = (await call(`GET /buckets/files/objects?prefix=${encodeURIComponent(key)}`))
      .body
    t.match(objects, [{ key, size: Buffer.byteLength(key) }])
    t.equal((await fetch(url, { method: 'DELETE' })).status, 204)
    t.equal((await fetch(url)).status, 404)
    t.equal((await fetch(url, { method: 'DELETE' })).status, 204)
  }
})

/** Bytes of buffers that are still in use. */
function heldBytes(): number {
  collectGarbage()
  return process.memoryUsage().arrayBuffers
}

/** Puts `megabytes` and gets them back, in a process of its own, whose memory is not looked at. */
const CLIENT = `
const [url, megabytes, isKnown] = process.argv.slice(1)
const piece = new Uint8Array(2 ** 20).fill(7)
async function* pieces() { for (let sent = 0; sent < megabytes; sent += 1) yield piece }
const headers = isKnown === 'true' ? { 'content-length': String(megabytes * piece.length) } : {}
const put = await fetch(url, { method: 'PUT', body: pieces(), headers, duplex: 'half' })
if (!put.ok) throw new Error(await put.text())
let received = 0
for await (const chunk of (await fetch(url)).body) received += chunk.length
console.log(received)
`

t.test('large objects go through both ways without being held', async (t) => {
  // Large beside what is on its way at a moment, and not collected yet.
  const megabytes = 160
  for (const isKnown of [true, false]) {
    const args = ['--input-type=module', '-e', CLIENT, `${base}/buckets/files/objects/large`]
    const before = heldBytes()
    let highest = before
    const looking = setInterval(() => {
      highest = Math.max(highest, heldBytes())
    }, 250)
    const client = spawn(process.execPath, [...args, `${megabytes}`, `${isKnown}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const received = Number(await text(client.stdout))
    clearInterval(looking)
    t.equal(received, megabytes * 2 ** 20)
    const held = (highest - before) / 2 ** 20
    t.ok(held < megabytes * 0.75, `${held.toFixed(1)} MB were held, size known: ${isKnown}`)
  }
})

t.test('what a bucket’s objects fire is told of all functions', async (t) => {
  t.same((await call('GET /buckets/fired/triggers')).body, { triggers: [] })
  await call('PUT /buckets/fired')
  const source = 'export const handler = async () => 1'
  for (const name of ['one', 'other']) {
    await call('POST /functions', { json: { name, source } })
    const made = await call(`POST /functions/${name}/triggers`, {
      json: { type: 'object', bucket: 'fired', suffix: `.${name}` },
    })
    t.equal(made.status, 201, made.text)
  }
  const { triggers } = (await call('GET /buckets/fired/triggers')).body
  t.match(
    triggers.toSorted((a: { suffix: string }, b: { suffix: string }) =>
      a.suffix.localeCompare(b.suffix),
    ),
    [
      { functionName: 'one', bucket: 'fired', suffix: '.one' },
      { functionName: 'other', bucket: 'fired', suffix: '.other' },
    ],
  )
  await call('DELETE /functions/one')
  t.match((await call('GET /buckets/fired/triggers')).body.triggers, [{ functionName: 'other' }])
  await call('DELETE /functions/other')
})

t.test('an empty object is an object', async (t) => {
  const url = `${base}/buckets/files/objects/empty`
  t.equal((await fetch(url, { method: 'PUT' })).status, 200)
  t.equal(await (await fetch(url)).text(), '')
})

t.test('a listing goes by pages', async (t) => {
  await call('PUT /buckets/pages')
  for (const key of ['1', '2', '3'])
    await call(`PUT /buckets/pages/objects/${key}`, { payload: 'x' })
  const first = (await call('GET /buckets/pages/objects?limit=2')).body
  t.same(
    first.objects.map(({ key }: { key: string }) => key),
    ['1', '2'],
  )
  const second = (await call(`GET /buckets/pages/objects?limit=2&cursor=${first.cursor}`)).body
  t.same(
    second.objects.map(({ key }: { key: string }) => key),
    ['3'],
  )
  t.notOk('cursor' in second)
})

t.test('what is not there, or cannot be, is told', async (t) => {
  const table: [`${string} ${string}`, number, string][] = [
    ['GET /buckets/not-there/objects', 404, 'BucketNotFound'],
    ['GET /buckets/not-there/objects/x', 404, 'BucketNotFound'],
    ['PUT /buckets/not-there/objects/x', 404, 'BucketNotFound'],
    ['GET /buckets/files/objects/not-there', 404, 'ObjectNotFound'],
    ['PUT /buckets/files/objects/', 400, 'InvalidRequest'],
    [`PUT /buckets/files/objects/${'k'.repeat(1025)}`, 400, 'InvalidRequest'],
    ['GET /buckets/files/objects?limit=0', 400, 'InvalidRequest'],
    ['GET /buckets/files/objects?what=0', 400, 'InvalidRequest'],
  ]
  for (const [route, status, code] of table) {
    const answer = await call(route, route.startsWith('PUT') ? { payload: 'x' } : {})
    t.equal(answer.status, status, route.slice(0, 60))
    t.equal(answer.body?.error.code, code)
  }
})

t.test('an upload whose caller goes away leaves no object', async (t) => {
  const stopped = new AbortController()
  const body = Readable.from(
    (async function* () {
      yield Buffer.alloc(1024 * 1024)
      await once(app.server, 'request')
      stopped.abort()
      yield Buffer.alloc(1024 * 1024)
    })(),
  )
  const url = `${base}/buckets/files/objects/stopped`
  const options = { method: 'PUT', body, duplex: 'half', signal: stopped.signal }
  await t.rejects(fetch(url, options as never))
  t.equal((await fetch(url)).status, 404)
})

t.test('a server that is gone is 503, and storage that is off says why', async (t) => {
  await minio.kill()
  for (const route of [
    'GET /buckets',
    'PUT /buckets/x-x',
    'GET /buckets/files/objects/x',
  ] as const) {
    const answer = await call(route)
    t.equal(answer.status, 503)
    t.equal(answer.body.error.code, 'StorageUnavailable')
  }
  const off = await startGateway(t)
  t.match((await off.call('GET /buckets')).body.error, {
    code: 'StorageOff',
    message: /this test has none/,
  })
})
