import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import t from 'tap'
import { HearthError } from '../../../core/errors.ts'
import { startGateway } from '../../fixtures/gateway.ts'

const MEGABYTE = 1024 * 1024

t.test('The event goes to the handler and its answer comes back, byte by byte', async (t) => {
  const { call, link } = await startGateway(t)
  link.answer = () => ({ result: Buffer.from('{ "odd" :  [1,2 ] }') })
  const payload = ' {"a": "\\u00e9" ,\n"b":1.0} '
  const answer = await call('POST /functions/f/invocations', { payload })
  t.equal(answer.status, 200)
  t.equal(answer.text, '{ "odd" :  [1,2 ] }')
  t.equal(answer.headers['content-type'], 'application/json')
  t.equal(link.requests[0]?.event.toString(), payload)
  t.equal(link.requests[0]?.functionName, 'f')
  t.equal(answer.headers['x-invocation-id'], link.requests[0]?.id)
  t.match(
    answer.headers['server-timing'],
    /^queue;dur=0.01, acquire;dur=0;desc="warm", code;dur=0, init;dur=0, handler;dur=1.5, response;dur=[\d.]+, total;dur=[\d.]+$/,
  )
})

t.test('Whatever the content type says, the body is the event; no body is {}', async (t) => {
  const { call, link } = await startGateway(t)
  const types = [
    undefined,
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain',
    'application/octet-stream',
    'multipart/form-data; boundary=x',
    'garbage',
    '',
  ]
  for (const type of types) {
    const headers = type === undefined ? {} : { 'content-type': type }
    const full = await call('POST /functions/f/invocations', { payload: '{"a":1}', headers })
    t.equal(full.text, '{"a":1}', `type ${type}`)
    const empty = await call('POST /functions/f/invocations', { headers })
    t.equal(empty.text, '{}', `type ${type}, no body`)
  }
  t.equal(link.requests.length, 2 * types.length)
})

t.test('What a handler threw is 502 with its own words', async (t) => {
  const { call, link } = await startGateway(t)
  const functionError = {
    errorType: 'TypeError',
    errorMessage: 'x is not',
    trace: ['at a', 'at b'],
  }
  link.answer = () => ({ functionError })
  const answer = await call('POST /functions/f/invocations')
  t.equal(answer.status, 502)
  t.strictSame(answer.body, {
    error: {
      code: 'FunctionFailed',
      message: 'Function "f" failed: TypeError',
      remedy: 'functionError has what it threw; GET /functions/f/logs has its log.',
      requestId: link.requests[0]?.id,
    },
    functionError,
  })
  t.equal(answer.headers['x-invocation-id'], link.requests[0]?.id)
  t.ok(answer.headers['server-timing'])
})

t.test('A result of any size and script comes back as its bytes', async (t) => {
  const { call, link } = await startGateway(t)
  for (const length of [10, 16_000, 17_000, 100_000]) {
    const text = JSON.stringify('ü€😀'.repeat(length / 9))
    link.answer = () => ({ result: Buffer.from(text) })
    const answer = await call('POST /functions/f/invocations')
    t.equal(answer.text, text)
    t.equal(answer.headers['content-type'], 'application/json')
    t.equal(answer.headers['content-length'], String(Buffer.byteLength(text)))
  }
})

t.test('A handler that ran out of time is 504 and says after how long', async (t) => {
  const { call, link } = await startGateway(t)
  const errorMessage = 'RequestId: x Error: Task timed out after 3.00 seconds'
  link.answer = () => ({
    functionError: { errorType: 'Sandbox.Timedout', errorMessage },
    timedOut: true,
  })
  const answer = await call('POST /functions/f/invocations')
  t.equal(answer.status, 504)
  t.match(answer.body, {
    error: { code: 'FunctionTimedOut', message: /within 3 seconds/ },
    functionError: { errorMessage },
  })
})

t.test('What the scheduler refuses is answered by its row of the error table', async (t) => {
  const { call, link } = await startGateway(t)
  const refusals: Array<[HearthError, number]> = [
    [new HearthError('TooManyRequests', { name: 'f', reason: 'x' }, { retryAfterSeconds: 2 }), 429],
    [new HearthError('FunctionNotFound', { name: 'f' }), 404],
    [new HearthError('InvalidJson', { reason: 'no' }), 400],
    [new HearthError('SandboxFailed', { reason: 'no' }), 503],
    [new HearthError('SchedulerUnavailable'), 503],
    [new HearthError('EngineUnavailable'), 503],
  ]
  for (const [error, status] of refusals) {
    link.answer = () => Promise.reject(error)
    const answer = await call('POST /functions/f/invocations')
    t.equal(answer.status, status)
    t.match(answer.body, {
      error: {
        code: error.code,
        message: error.message,
        requestId: answer.headers['x-request-id'],
      },
    })
    t.equal(answer.headers['retry-after'], error.retryAfterSeconds?.toString())
  }
})

t.test('What nobody expected is 500 and keeps its details to itself', async (t) => {
  const { call, link } = await startGateway(t)
  link.answer = () => Promise.reject(new Error('secret at /srv/secret.ts:1'))
  const answer = await call('POST /functions/f/invocations')
  t.equal(answer.status, 500)
  t.match(answer.body, { error: { code: 'Internal' } })
  t.notMatch(answer.text, /secret/)
})

t.test('6 MB are taken and one byte more is not', async (t) => {
  const { call, link } = await startGateway(t)
  const limit = 6 * MEGABYTE
  const event = Buffer.from(JSON.stringify('x'.repeat(limit - 2)))
  t.equal((await call('POST /functions/f/invocations', { payload: event })).status, 200)
  const refused = await call('POST /functions/f/invocations', {
    payload: Buffer.concat([event, Buffer.from(' ')]),
  })
  t.equal(refused.status, 413)
  t.match(refused.body, { error: { code: 'PayloadTooLarge', message: /6291456 bytes/ } })
  t.equal(link.requests.length, 1)
})

t.test('An event that is nested too deep reaches no handler', async (t) => {
  const { call, link } = await startGateway(t)
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  for (const headers of [{}, { prefer: 'respond-async' }]) {
    const answer = await call('POST /functions/f/invocations', { payload: deep, headers })
    t.equal(answer.status, 400)
    t.match(answer.body, { error: { code: 'JsonTooDeep' } })
  }
  t.equal(link.requests.length, 0)
})

t.test('An event for later is stored before 202', async (t) => {
  const { call, create, link } = await startGateway(t)
  await create('f')
  const headers = { prefer: 'wait=5, Respond-Async' }
  const answer = await call('POST /functions/f/invocations', { payload: '{"a":1}', headers })
  t.equal(answer.status, 202)
  t.match(answer.body, { id: answer.headers['x-request-id'], state: 'queued' })
  t.equal(answer.headers.location, `/invocations/${answer.body.id}`)
  t.equal(answer.headers['preference-applied'], 'respond-async')
  t.match((await call(`GET /invocations/${answer.body.id}`)).body, {
    functionName: 'f',
    state: 'queued',
    cause: { kind: 'request' },
  })
  t.equal(link.requests.length, 0)
})

t.test('A repeat with the same Idempotency-Key gets the same id and runs nothing', async (t) => {
  const { call, create, redis } = await startGateway(t)
  await create('f')
  await create('g')
  const send = (name: string, key: string) =>
    call(`POST /functions/${name}/invocations`, {
      payload: '{}',
      headers: { prefer: 'respond-async', 'idempotency-key': key },
    })
  const [first, ...same] = await Promise.all(Array.from({ length: 20 }, () => send('f', 'order-1')))
  t.equal(first?.status, 202)
  for (const answer of same) t.strictSame(answer.body, first?.body)
  const { id } = first?.body ?? {}
  t.equal((await call('GET /functions/f/invocations')).body.invocations.length, 1)
  t.not((await send('f', 'order-2')).body.id, id, 'another key is another request')
  t.not((await send('g', 'order-1')).body.id, id, 'and so is another function')
  await call(`DELETE /invocations/${id}`)
  t.strictSame((await send('f', 'order-1')).body, { id, state: 'cancelled' })
  await redis.redis.del(`hearth:invocation:${id}`)
  t.strictSame((await send('f', 'order-1')).body, { id }, 'forgotten, but never run again')
})

t.test('An Idempotency-Key that can do nothing is refused', async (t) => {
  const { call, create, link } = await startGateway(t)
  await create('f')
  const later = { prefer: 'respond-async' }
  for (const headers of [
    { 'idempotency-key': 'a' },
    { ...later, 'idempotency-key': '' },
    { ...later, 'idempotency-key': 'x'.repeat(256) },
    { ...later, 'idempotency-key': 'a b' },
  ]) {
    const answer = await call('POST /functions/f/invocations', { payload: '{}', headers })
    t.equal(answer.status, 400)
    t.match(answer.body, { error: { code: 'InvalidRequest', message: /Idempotency-Key/ } })
  }
  t.equal(link.requests.length, 0)
})

t.test('An event for later that is no JSON, too large or for nobody is refused', async (t) => {
  const { call, create } = await startGateway(t)
  await create('f')
  const headers = { prefer: 'respond-async' }
  const large = JSON.stringify('x'.repeat(MEGABYTE - 2))
  const taken = await call('POST /functions/f/invocations', { payload: large, headers })
  t.equal(taken.status, 202)
  const refusals: Array<[string, string | Buffer, number, string]> = [
    ['f', `${large} `, 413, 'PayloadTooLarge'],
    ['f', '{"a":', 400, 'InvalidJson'],
    ['f', Buffer.from([0x22, 0xff, 0x22]), 400, 'InvalidJson'],
    ['nobody', '{}', 404, 'FunctionNotFound'],
  ]
  for (const [name, payload, status, code] of refusals) {
    const answer = await call(`POST /functions/${name}/invocations`, { payload, headers })
    t.equal(answer.status, status)
    t.match(answer.body, { error: { code } })
  }
  t.equal((await call('GET /functions/f/invocations')).body.invocations.length, 1)
})

t.test('A caller that hangs up does not stop the invocation', async (t) => {
  const { app, link } = await startGateway(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const reached = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  link.answer = async () => {
    reached.resolve()
    await release.promise
    ended.resolve()
    return { result: Buffer.from('1') }
  }
  const socket = connect(port, '127.0.0.1')
  socket.write(
    'POST /functions/f/invocations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n',
  )
  await reached.promise
  socket.destroy()
  await once(socket, 'close')
  release.resolve()
  await ended.promise
  t.pass('the handler came to its end')
})

t.test('what a function asks for is as deep as its request says', async (t) => {
  const { create, call, link } = await startGateway(t)
  await create('deep')
  const headers = { 'user-agent': 'node hearth-depth/3' }
  await call('POST /functions/deep/invocations', { json: {}, headers })
  t.equal(link.requests.at(-1)?.depth, 3)
  await call('POST /functions/deep/invocations', { json: {}, headers: { 'user-agent': 'curl' } })
  t.notOk('depth' in (link.requests.at(-1) ?? {}))
  const asynchronous = { ...headers, prefer: 'respond-async' }
  const { body } = await call('POST /functions/deep/invocations', {
    json: {},
    headers: asynchronous,
  })
  t.same((await call(`GET /invocations/${body.id}`)).body.cause, { kind: 'request', depth: 3 })
})
