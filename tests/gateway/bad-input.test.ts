import { existsSync } from 'node:fs'
import t, { type Test } from 'tap'
import { makeZip } from '../../core/functions/zip.ts'
import { type Answer, type GatewayFixture, startGateway } from '../fixtures/gateway.ts'
import { rawZip } from '../fixtures/raw-zip.ts'

const MEGABYTE = 1024 * 1024
const good = { name: 'f', source: 'export const handler = () => 1' }
const DEEP = '['.repeat(100_000) + ']'.repeat(100_000)

/** What is wrong, the body, and what the answer must say. */
type Case = [wrong: string, body: unknown, says: RegExp]

const names: Case[] = [
  '../x',
  '__proto__',
  'constructor',
  'x'.repeat(65),
  'a\0b',
  '',
  'a b',
  'ä',
  7,
  null,
].map((name) => [`the name ${JSON.stringify(name).slice(0, 20)}`, { ...good, name }, /"name" must/])

const fields: Case[] = [
  ['no name', { source: 'x' }, /lacks "name"/],
  ['an unknown field', { ...good, memory: 128 }, /unknown fields: "memory"/],
  ['a field of objects', JSON.parse('{"name":"f","source":"x","toString":1}'), /"toString"/],
  ['too little memory', { ...good, memoryMb: 127 }, /"memoryMb" must be >= 128/],
  ['too much memory', { ...good, memoryMb: 10_241 }, /"memoryMb" must be <= 10240/],
  ['memory in words', { ...good, memoryMb: '128' }, /"memoryMb" must be integer/],
  ['half a megabyte', { ...good, memoryMb: 128.5 }, /"memoryMb" must be integer/],
  ['no time', { ...good, timeoutSeconds: 0 }, /"timeoutSeconds" must be >= 1/],
  ['too much time', { ...good, timeoutSeconds: 901 }, /"timeoutSeconds" must be <= 900/],
  ['negative concurrency', { ...good, reservedConcurrency: -1 }, /"reservedConcurrency" must be/],
  ['another runtime', { ...good, runtime: 'python3.13' }, /"runtime" must be one of "nodejs24.x"/],
  ['a handler without export', { ...good, handler: 'index' }, /"handler" must be: File without/],
  ['a handler with NUL', { ...good, handler: 'a\0.b' }, /"handler" must be/],
  ['environment as a list', { ...good, environment: [] }, /"environment" must be object/],
  [
    'a variable that is no text',
    { ...good, environment: { AA: 1 } },
    /"environment.AA" must be st/,
  ],
  [
    'a reserved variable',
    { ...good, environment: { AWS_REGION: 'x' } },
    /"AWS_REGION" is reserved/,
  ],
  ['too much environment', { ...good, environment: { AA: 'x'.repeat(4096) } }, /4096 are allowed/],
  ['an egress word', { ...good, egress: 'all' }, /"egress" must be "public" or must be "none"/],
  ['an egress without port', { ...good, egress: ['db'] }, /"egress/],
  ['an egress port of 0', { ...good, egress: ['db:0'] }, /1 to 65535/],
  ['a bucket that cannot be', { ...good, buckets: { read: ['A/..'] } }, /"buckets.read.0" must/],
  ['an unknown kind of bucket', { ...good, buckets: { append: [] } }, /"append"/],
  ['a long description', { ...good, description: 'x'.repeat(257) }, /"description" must not have/],
  [
    '51 tags',
    { ...good, tags: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`t${i}`, ''])) },
    /"tags"/,
  ],
  ['a list', [], /body must be object/],
  ['null', null, /body must be object/],
  ['text', 'f', /body must be object/],
]

const code: Case[] = [
  ['no code', { name: 'f' }, /exactly one of .* not 0/],
  ['two kinds of code', { ...good, files: { a: '' } }, /exactly one of .* not 2/],
  ['no files', { name: 'f', files: {} }, /it is empty/],
  ['a file outside', { name: 'f', files: { '../../etc/cron.d/x': '' } }, /leads outside/],
  ['a file that is no text', { name: 'f', files: { a: 1 } }, /"files.a" must be string/],
  ['a zip that is no Base64', { name: 'f', zip: '$$$' }, /not Base64/],
  ['a zip that is none', { name: 'f', zip: 'aGVsbG8=' }, /Code package cannot be used/],
  [
    'a zip that is cut',
    { name: 'f', zip: zip((bytes) => bytes.subarray(0, -10)) },
    /cannot be used/,
  ],
  ['a zip with a link', { name: 'f', zip: evil({ mode: 0o120777 }) }, /neither a file nor/],
  ['a zip that climbs out', { name: 'f', zip: evil({ name: '../x' }) }, /cannot be used/],
  ['a zip with a wrong checksum', { name: 'f', zip: evil({ crc: 1 }) }, /wrong checksum/],
  ['a bomb', { name: 'f', zip: evil({ content: Buffer.alloc(20 * MEGABYTE) }) }, /100 times/],
]

const source = await makeZip({ 'index.mjs': good.source })

function zip(change: (bytes: Buffer) => Buffer): unknown {
  return { toJSON: () => change(source).toString('base64') }
}

function evil(entry: object): string {
  return rawZip([{ name: 'index.mjs', content: 'x', ...entry }]).toString('base64')
}

function checkRefusal(t: Test, answer: Answer, status: number): void {
  t.equal(answer.status, status, answer.text.slice(0, 300))
  const { code, message, remedy, requestId } = answer.body.error
  t.ok(code && message && remedy && requestId === answer.headers['x-request-id'])
}

async function leftNothing(t: Test, { call, packages, redis }: GatewayFixture): Promise<void> {
  t.strictSame((await call('GET /functions')).body, { functions: [] })
  t.strictSame(await redis.redis.keys('hearth:function*'), [])
  t.notOk(existsSync(packages), 'no package was kept')
}

t.test(
  'A function that is described wrongly is refused with the field, and not made',
  async (t) => {
    const gateway = await startGateway(t)
    for (const [wrong, body, says] of [...names, ...fields, ...code]) {
      const answer = await gateway.call('POST /functions', { json: body })
      checkRefusal(t, answer, 400)
      t.match(answer.body.error.message, says, wrong)
    }
    t.equal(gateway.link.announced.length, 0)
    await leftNothing(t, gateway)
  },
)

t.test('Every mistake is named in one answer', async (t) => {
  const { call } = await startGateway(t)
  const json = { name: '../x', memoryMb: 1, timeoutSeconds: '3', colour: 'red', size: 1 }
  const { body } = await call('POST /functions', { json })
  for (const part of [/"name"/, /"memoryMb"/, /"timeoutSeconds"/, /"colour", "size"/]) {
    t.match(body.error.message, part)
  }
})

t.test('A change that is described wrongly changes nothing', async (t) => {
  const { call, create } = await startGateway(t)
  const before = (await create('f')).body
  for (const [wrong, body, says] of fields) {
    if (wrong === 'no name') continue
    const { name: _name, source: _source, ...change } = (body ?? {}) as Record<string, unknown>
    const sent = body !== null && typeof body === 'object' && !Array.isArray(body) ? change : body
    const answer = await call('PATCH /functions/f', { json: sent })
    checkRefusal(t, answer, 400)
    t.match(answer.body.error.message, says, wrong)
  }
  for (const [wrong, body, says] of code.slice(1)) {
    const { name: _name, ...change } = body as Record<string, unknown>
    const answer = await call('PATCH /functions/f', { json: { memoryMb: 256, ...change } })
    checkRefusal(t, answer, 400)
    t.match(answer.body.error.message, says, wrong)
  }
  for (const field of ['name', 'arn', 'codeSha256', 'version', 'state', 'revisionId', 'code']) {
    checkRefusal(t, await call('PATCH /functions/f', { json: { [field]: 'x' } }), 400)
  }
  t.strictSame((await call('GET /functions/f')).body, before)
})

t.test('Bodies that are no JSON, or not the JSON of a person, are refused', async (t) => {
  const gateway = await startGateway(t)
  const headers = { 'content-type': 'application/json' }
  const bodies: Array<[string, string | Buffer, number, string]> = [
    ['nothing', '', 400, 'InvalidJson'],
    ['half an object', '{"name":"f"', 400, 'InvalidJson'],
    ['a comment', '{"name":"f"} // done', 400, 'InvalidJson'],
    ['bytes that are no text', Buffer.from([0x7b, 0xff, 0x7d]), 400, 'InvalidJson'],
    ['a prototype', '{"name":"f","source":"x","__proto__":{"a":1}}', 400, 'InvalidJson'],
    ['nesting', DEEP, 400, 'JsonTooDeep'],
    ['nesting in a field', `{"name":"f","tags":${DEEP}}`, 400, 'JsonTooDeep'],
    ['71 MB', Buffer.alloc(71 * MEGABYTE, ' '), 413, 'PayloadTooLarge'],
  ]
  for (const [what, payload, status, code] of bodies) {
    const answer = await gateway.call('POST /functions', { payload, headers })
    checkRefusal(t, answer, status)
    t.equal(answer.body.error.code, code, what)
  }
  checkRefusal(t, await gateway.call('POST /functions', { payload: 'x' }), 415)
  checkRefusal(t, await gateway.call('POST /functions'), 415)
  await leftNothing(t, gateway)
})

t.test('A zip over 50 MB is 413, by whichever way it comes', async (t) => {
  const gateway = await startGateway(t)
  const large = Buffer.alloc(50 * MEGABYTE + 1)
  const json = await gateway.call('POST /functions', {
    json: { name: 'f', zip: large.toString('base64') },
  })
  checkRefusal(t, json, 413)
  const data = new FormData()
  data.set('name', 'f')
  data.set('code', new Blob([large]), 'f.zip')
  const request = new Request('http://localhost', { method: 'POST', body: data })
  const form = await gateway.call('POST /functions', {
    payload: Buffer.from(await request.arrayBuffer()),
    headers: { 'content-type': request.headers.get('content-type') },
  })
  checkRefusal(t, form, 413)
  t.match(form.body.error.message, /52428800 bytes/)
  await leftNothing(t, gateway)
})

t.test('Forms that are cut or overfull are refused', async (t) => {
  const gateway = await startGateway(t)
  const data = new FormData()
  data.set('name', 'f')
  data.set('code', new Blob(['export const handler = 1']), 'f.mjs')
  const request = new Request('http://localhost', { method: 'POST', body: data })
  const whole = Buffer.from(await request.arrayBuffer())
  const headers = { 'content-type': request.headers.get('content-type') }
  for (const length of [0, 1, 60, whole.length - 60, whole.length - 10]) {
    const answer = await gateway.call('POST /functions', {
      payload: whole.subarray(0, length),
      headers,
    })
    checkRefusal(t, answer, 400)
  }
  checkRefusal(
    t,
    await gateway.call('POST /functions', {
      payload: whole,
      headers: { 'content-type': 'multipart/form-data' },
    }),
    400,
  )
  await leftNothing(t, gateway)
})

t.test('Paths that mean something else are not followed', async (t) => {
  const gateway = await startGateway(t)
  const paths: Array<[`${string} ${string}`, number]> = [
    ['GET /functions/..%2f..%2fetc', 400],
    ['GET /functions/a%00', 400],
    ['GET /functions/%ff', 400],
    ['GET /functions/__proto__', 400],
    [`GET /functions/${'x'.repeat(65)}`, 400],
    [`GET /functions/${'x'.repeat(5000)}`, 400],
    ['GET //functions', 404],
    ['GET /functions//logs', 400],
    ['GET /FUNCTIONS', 404],
    ['GET /functions;x=1', 404],
    ['GET /functions/f/../f', 404],
    ['POST /functions/..%2fx/invocations', 400],
    ['POST /functions/__proto__/invocations', 400],
    ['GET /functions?limit=x', 400],
    ['GET /functions?limit=101', 400],
    ['GET /functions?colour=red', 400],
    ['GET /functions?limit=1&limit=2', 400],
    [`GET /functions?cursor=${'x'.repeat(201)}`, 400],
  ]
  for (const [path, status] of paths) checkRefusal(t, await gateway.call(path), status)
  t.equal(gateway.link.requests.length, 0)
})
