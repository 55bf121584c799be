import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startGateway } from '../../fixtures/gateway.ts'
import { KEY, signedHeaders } from '../../fixtures/signing.ts'

const API_KEY = 'hearth_0123456789abcdefghijklmnopqrstuvwxyz'

t.test(
  'A created function has the defaults of Lambda and is announced before the answer',
  async (t) => {
    const { call, create, link } = await startGateway(t)
    const answer = await create('hello')
    t.equal(answer.status, 201)
    t.equal(answer.headers.location, '/functions/hello')
    t.match(answer.body, {
      name: 'hello',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:hello',
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      memoryMb: 128,
      timeoutSeconds: 3,
      reservedConcurrency: null,
      environment: {},
      egress: 'public',
      codeSha256: /^[A-Za-z0-9+/]{43}=$/,
      codeSize: Number,
      version: '$LATEST',
      state: 'Active',
    })
    t.strictSame(link.announced, ['hello'])
    t.strictSame((await call('GET /functions/hello')).body, answer.body)
  },
)

t.test('What is sent is what is stored', async (t) => {
  const { create, call } = await startGateway(t)
  const fields = {
    handler: 'src/app.handler',
    description: 'Does things',
    environment: { STAGE: 'test', GREETING: 'Grüße' },
    memoryMb: 512,
    timeoutSeconds: 30,
    reservedConcurrency: 5,
    buckets: { read: ['photos'], write: ['thumbnails'] },
    egress: ['db.example.com:5432'],
    tags: { team: 'blue' },
  }
  t.match((await create('full', fields)).body, fields)
  t.match((await call('GET /functions/full')).body, fields)
})

t.test('A name is taken once', async (t) => {
  const { create, call, link } = await startGateway(t)
  const first = await create('one')
  const second = await create('one', { memoryMb: 256 })
  t.equal(second.status, 409)
  t.match(second.body, { error: { code: 'FunctionAlreadyExists', requestId: String } })
  t.strictSame((await call('GET /functions/one')).body, first.body)
  t.strictSame(link.announced, ['one'])
})

t.test('A function that no scheduler could take over is not left behind', async (t) => {
  const { create, call, link } = await startGateway(t)
  link.onAnnounce = () => Promise.reject(new Error('no scheduler'))
  t.equal((await create('half')).status, 500)
  t.equal((await call('GET /functions/half')).status, 404)
  link.onAnnounce = () => undefined
  t.equal((await create('half')).status, 201)
})

t.test('Functions are listed by name, in pages', async (t) => {
  const { create, call } = await startGateway(t)
  for (const name of ['c', 'a', 'e', 'b', 'd']) await create(name)
  const names = (body: { functions: { name: string }[] }) => body.functions.map(({ name }) => name)
  const first = await call('GET /functions?limit=2')
  t.strictSame(names(first.body), ['a', 'b'])
  const second = await call(`GET /functions?limit=2&cursor=${first.body.cursor}`)
  t.strictSame(names(second.body), ['c', 'd'])
  await call('DELETE /functions/d')
  const third = await call(`GET /functions?limit=2&cursor=${second.body.cursor}`)
  t.strictSame(names(third.body), ['e'])
  t.notOk(third.body.cursor)
  t.strictSame(names((await call('GET /functions')).body), ['a', 'b', 'c', 'e'])
})

t.test('A change of configuration leaves alone what it does not name', async (t) => {
  const { create, call, link } = await startGateway(t)
  const before = (await create('f', { memoryMb: 256, environment: { AA: '1', BB: '2' } })).body
  const after = await call('PATCH /functions/f', {
    json: { timeoutSeconds: 10, environment: { CC: '3' } },
  })
  t.equal(after.status, 200)
  t.match(after.body, { memoryMb: 256, timeoutSeconds: 10, codeSha256: before.codeSha256 })
  t.strictSame(after.body.environment, { CC: '3' })
  t.not(after.body.revisionId, before.revisionId)
  t.strictSame(link.announced, ['f', 'f'])
  t.equal((await call('PATCH /functions/f', { json: {} })).status, 400)
  t.equal((await call('PATCH /functions/g', { json: { memoryMb: 256 } })).status, 404)
})

t.test('Code changes with the configuration in one step', async (t) => {
  const { create, call, link } = await startGateway(t)
  const { revisionId, codeSha256 } = (await create('f', { memoryMb: 256 })).body
  const json = { handler: 'main.handler', files: { 'main.mjs': 'export const handler = () => 1' } }
  const { status, body } = await call('PATCH /functions/f', { json })
  t.equal(status, 200)
  t.match(body, { handler: 'main.handler', memoryMb: 256 })
  t.not(body.codeSha256, codeSha256)
  t.strictSame(link.announced, ['f', 'f'])
  const stale = await call(`PATCH /functions/f?revisionId=${revisionId}`, { json })
  t.equal(stale.status, 412)
  t.equal((await call('PATCH /functions/g', { json })).status, 404)
  t.match(await call('PATCH /functions/f', { json: { ...json, source: '' } }), {
    status: 400,
    body: { error: { message: /exactly one of/ } },
  })
  t.match(await call('PATCH /functions/f', { json: { memoryMb: 512, zip: 'UEsDBA==' } }), {
    status: 400,
    body: { error: { code: 'InvalidCodePackage' } },
  })
  t.match((await call('GET /functions/f')).body, { memoryMb: 256, revisionId: body.revisionId })
})

t.test(
  'More buckets than credentials can be made for are refused, and change nothing',
  async (t) => {
    const { call, create, parts } = await startGateway(t)
    const long = (n: number) => `bucket-${n}-${'x'.repeat(50)}`
    const read = Array.from({ length: 20 }, (_, n) => long(n))
    const refused = { status: 400, body: { error: { code: 'InvalidRequest', message: /buckets/ } } }
    t.match(await create('wide', { buckets: { read } }), refused)
    t.equal((await call('GET /functions/wide')).status, 404)
    await create('narrow')
    const before = (await call('GET /functions/narrow')).body
    t.match(await call('PATCH /functions/narrow', { json: { buckets: { read } } }), refused)
    t.strictSame((await call('GET /functions/narrow')).body, before)
    t.strictSame(await parts.triggers.list('narrow'), [])
  },
)

t.test('Changes at the same time are all kept', async (t) => {
  const { create, call } = await startGateway(t)
  await create('f')
  const changes = [{ memoryMb: 1024 }, { timeoutSeconds: 60 }, { description: 'both' }]
  const answers = await Promise.all(changes.map((json) => call('PATCH /functions/f', { json })))
  t.strictSame(
    answers.map(({ status }) => status),
    [200, 200, 200],
  )
  t.match((await call('GET /functions/f')).body, Object.assign({}, ...changes))
})

t.test('A deleted function is gone with its triggers, log and queued invocations', async (t) => {
  const { create, call, parts, link } = await startGateway(t)
  await create('f')
  await parts.triggers.add('f', { type: 'schedule', schedule: 'rate(1 hour)' })
  parts.logs.write('f', { timeMs: Date.now(), text: 'hello' })
  const accepted = await call('POST /functions/f/invocations', {
    headers: { prefer: 'respond-async' },
  })
  const answer = await call('DELETE /functions/f')
  t.equal(answer.status, 204)
  t.equal(answer.text, '')
  t.equal((await call('GET /functions/f')).status, 404)
  t.equal((await call('DELETE /functions/f')).status, 404)
  t.strictSame(await parts.triggers.list('f'), [])
  t.strictSame((await parts.logs.read('f', { limit: 10 })).lines, [])
  t.match((await call(`GET /invocations/${accepted.body.id}`)).body, {
    state: 'failed',
    error: { errorType: 'FunctionNotFound', errorMessage: /was deleted/ },
  })
  t.equal(link.announced.at(-1), 'f')
  t.equal((await create('f')).status, 201)
})

t.test('A function whose address is known loses it when it is deleted', async (t) => {
  const { create, call, parts } = await startGateway(t)
  await create('f')
  const { urlId } = (await call('PUT /functions/f/url')).body
  t.match(await parts.attachments.byUrlId(urlId), { target: 'f' })
  await call('DELETE /functions/f')
  await t.rejects(parts.attachments.byUrlId(urlId), { code: 'FunctionUrlNotFound' })
})

t.test('Who may change the configuration alone sends no code with it', async (t) => {
  const accessKeysFile = join(t.testdir({ 'keys.json': '' }), 'keys.json')
  const statements = [{ actions: ['lambda:UpdateFunctionConfiguration'], resources: ['*'] }]
  await writeFile(accessKeysFile, JSON.stringify({ keys: [{ ...KEY, statements }] }))
  const { call } = await startGateway(t, { accessKeysFile, apiKey: API_KEY })
  const headers = { authorization: `Bearer ${API_KEY}` }
  await call('POST /functions', { json: { name: 'f', source: '' }, headers })
  const change = async (fields: object) => {
    const payload = JSON.stringify(fields)
    const type = { 'content-type': 'application/json' }
    const signed = await signedHeaders('PATCH /functions/f', { body: payload, headers: type })
    return await call('PATCH /functions/f', { payload, headers: signed })
  }
  t.match(await change({ memoryMb: 256, source: '' }), {
    status: 403,
    body: { error: { message: /lambda:UpdateFunctionCode/ } },
  })
  t.equal((await change({ memoryMb: 256 })).status, 200)
})
