import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { makeZip, unpackZip } from '../../../core/functions/zip.ts'
import { type GatewayFixture, startGateway } from '../../fixtures/gateway.ts'
import { rawZip } from '../../fixtures/raw-zip.ts'

/** What `fetch` or `curl -F` would send for these fields; `file` becomes the part `code`. */
async function form(fields: Record<string, string>, file?: { name: string; bytes: Buffer }) {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  if (file) data.set('code', new Blob([new Uint8Array(file.bytes)]), file.name)
  const request = new Request('http://localhost', { method: 'POST', body: data })
  return {
    payload: Buffer.from(await request.arrayBuffer()),
    headers: { 'content-type': request.headers.get('content-type') ?? '' },
  }
}

/** Path → text of the package that a function has. */
async function packageOf(t: Test, { parts }: GatewayFixture, name: string) {
  const { codeSha256 } = await parts.functions.read(name)
  const directory = join(t.testdir(), name)
  await unpackZip(await parts.code.get(codeSha256), directory)
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const texts: Record<string, string> = {}
  for (const entry of entries.filter((entry) => entry.isFile())) {
    const path = join(entry.parentPath, entry.name)
    texts[path.slice(directory.length + 1)] = await readFile(path, 'utf8')
  }
  return texts
}

t.test('Code comes as source, files, Base64 or an upload', async (t) => {
  const gateway = await startGateway(t)
  const { call } = gateway
  const zip = await makeZip({ 'index.js': 'exports.handler = 1', 'lib/a.js': '' })
  await call('POST /functions', { json: { name: 'source', source: 'export const handler = 1' } })
  await call('POST /functions', { json: { name: 'files', files: { 'index.cjs': 'c', 'a/b': '' } } })
  await call('POST /functions', { json: { name: 'zip', zip: zip.toString('base64') } })
  await call('POST /functions', await form({ name: 'upload' }, { name: 'f.zip', bytes: zip }))
  t.strictSame(await packageOf(t, gateway, 'source'), { 'index.mjs': 'export const handler = 1' })
  t.strictSame(await packageOf(t, gateway, 'files'), { 'index.cjs': 'c', 'a/b': '' })
  const both = { 'index.js': 'exports.handler = 1', 'lib/a.js': '' }
  t.strictSame(await packageOf(t, gateway, 'zip'), both)
  t.strictSame(await packageOf(t, gateway, 'upload'), both)
})

for (const extension of ['js', 'mjs', 'cjs', 'ts', 'mts']) {
  t.test(`An uploaded .${extension} file becomes index.${extension}`, async (t) => {
    const gateway = await startGateway(t)
    const bytes = Buffer.from('export const handler = 1')
    const sent = await form({ name: 'f' }, { name: `My Handler.${extension.toUpperCase()}`, bytes })
    t.equal((await gateway.call('POST /functions', sent)).status, 201)
    t.strictSame(await packageOf(t, gateway, 'f'), { [`index.${extension}`]: bytes.toString() })
  })
}

t.test('A form has the same fields as JSON, and the same refusals', async (t) => {
  const { call } = await startGateway(t)
  const file = { name: 'f.mjs', bytes: Buffer.from('export const handler = 1') }
  const fields = {
    name: 'f',
    memoryMb: '256',
    environment: '{"STAGE":"test"}',
    reservedConcurrency: 'null',
    egress: 'none',
    description: '123',
  }
  const answer = await call('POST /functions', await form(fields, file))
  t.match(answer.body, {
    memoryMb: 256,
    environment: { STAGE: 'test' },
    reservedConcurrency: null,
    egress: 'none',
    description: '123',
  })
  const refused: Array<[Record<string, string>, typeof file | undefined, RegExp]> = [
    [{ name: 'g', memoryMb: 'much' }, file, /"memoryMb" must be integer/],
    [{ name: 'g', colour: 'red' }, file, /unknown fields: "colour"/],
    [{ name: 'g' }, undefined, /lacks "code"/],
    [{ name: 'g', code: 'text' }, undefined, /"code" must be a file/],
    [{ name: 'g' }, { ...file, name: 'f.py' }, /by its name/],
    [{ memoryMb: '256' }, file, /lacks "name"/],
    [{ name: 'g', environment: '{"AWS_REGION":"x"}' }, file, /reserved/],
  ]
  for (const [given, upload, reason] of refused) {
    const refusal = await call('POST /functions', await form(given, upload))
    t.equal(refusal.status, 400, reason.source)
    t.match(refusal.body.error.message, reason)
  }
  t.equal((await call('GET /functions/g')).status, 404)
})

t.test('Other code is there when the answer is', async (t) => {
  const gateway = await startGateway(t)
  const { call, create, link } = gateway
  const before = (await create('f', { memoryMb: 256 })).body
  const json = await call('PUT /functions/f/code', { json: { source: 'export const handler = 2' } })
  t.equal(json.status, 200)
  t.not(json.body.codeSha256, before.codeSha256)
  t.not(json.body.revisionId, before.revisionId)
  t.equal(json.body.memoryMb, 256)
  t.strictSame(link.announced, ['f', 'f'])
  const zip = await makeZip({ 'index.mjs': 'export const handler = 3' })
  const headers = { 'content-type': 'application/zip' }
  t.equal((await call('PUT /functions/f/code', { payload: zip, headers })).status, 200)
  t.strictSame(await packageOf(t, gateway, 'f'), { 'index.mjs': 'export const handler = 3' })
  const file = { name: 'x.cjs', bytes: Buffer.from('exports.handler = 4') }
  t.equal((await call('PUT /functions/f/code', await form({}, file))).status, 200)
  t.strictSame(await packageOf(t, gateway, 'f'), { 'index.cjs': 'exports.handler = 4' })
  t.equal((await call('PUT /functions/g/code', { payload: zip, headers })).status, 404)
})

t.test('Code that cannot be used changes nothing', async (t) => {
  const { call, create } = await startGateway(t)
  const before = (await create('f')).body
  const evil = rawZip([{ name: '../evil.js' }])
  const headers = { 'content-type': 'application/zip' }
  const bodies = [
    { payload: evil, headers },
    { payload: Buffer.from('no zip'), headers },
    { payload: Buffer.alloc(0), headers },
    { json: { zip: evil.toString('base64') } },
    { json: { zip: '*** no Base64 ***' } },
    { json: { files: { '../a': '' } } },
    { json: { files: {} } },
    { json: { source: 'a', files: { a: '' } } },
    { json: {} },
    { json: [] },
    { payload: 'source', headers: { 'content-type': 'text/plain' } },
    { payload: 'source', headers: { 'content-type': 'application/octet-stream' } },
    {},
    await form({}, { name: 'f.zip', bytes: evil }),
    await form({ source: 'x' }, { name: 'f.mjs', bytes: Buffer.from('') }),
  ]
  for (const [index, body] of bodies.entries()) {
    const answer = await call('PUT /functions/f/code', body)
    t.ok(answer.status === 400 || answer.status === 415, `${index}: ${answer.text}`)
    t.match(answer.body.error, { code: String, message: String, remedy: String })
  }
  t.strictSame((await call('GET /functions/f')).body, before)
})
