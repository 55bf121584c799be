import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { closeGateway } from '../../gateway/closing.ts'
import { startGateway } from '../fixtures/gateway.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** A connection, and all that comes back on it until it is closed. */
function openSocket(app: FastifyInstance): { socket: Socket; answer: Promise<string> } {
  const { port } = app.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk
  })
  return { socket, answer: once(socket, 'close').then(() => received) }
}

function send(app: FastifyInstance, bytes: string): Promise<string> {
  const { socket, answer } = openSocket(app)
  socket.end(bytes)
  return answer
}

t.test('Every answer has an id of its own, and errors carry it in their body', async (t) => {
  const { call, create } = await startGateway(t)
  await create('f')
  const requests: Array<`${string} ${string}`> = [
    'GET /functions/f',
    'GET /functions/nobody',
    'GET /nowhere',
    'GET /%zz',
    'POST /functions',
    'DELETE /functions/f',
    'GET /health/live',
    'GET /openapi.json',
    'GET /docs',
  ]
  const ids = new Set<unknown>()
  for (const request of requests) {
    const answer = await call(request, { headers: { 'x-request-id': 'mine' } })
    const id = answer.headers['x-request-id']
    t.match(id, UUID, request)
    if (answer.status >= 400) t.equal(answer.body.error.requestId, id, request)
    ids.add(id)
  }
  t.equal(ids.size, requests.length)
})

t.test('An error names its code, what happened and what to do', async (t) => {
  const { call } = await startGateway(t)
  const answer = await call('GET /nowhere?a=secret')
  t.equal(answer.status, 404)
  t.strictSame(answer.body, {
    error: {
      code: 'RouteNotFound',
      message: 'There is no route GET /nowhere',
      remedy: 'See /docs for the routes.',
      requestId: answer.headers['x-request-id'],
    },
  })
})

t.test('Two Host headers are refused', async (t) => {
  const { app } = await startGateway(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const one = 'GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
  t.match(await send(app, one), /^HTTP\/1.1 200 /)
  const two = one.replace('Host: localhost', 'Host: localhost\r\nhost: example.com')
  const answer = await send(app, two)
  t.match(answer, /^HTTP\/1.1 400 /)
  t.match(answer, /more than one Host/)
})

t.test('Bytes that are no HTTP get an answer of the same shape', async (t) => {
  const { app } = await startGateway(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const answer = await send(app, 'hello\r\n\r\n')
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  t.match(head, /^HTTP\/1.1 400 Bad Request/)
  t.match(head, /x-request-id: /)
  t.match(JSON.parse(body), { error: { code: 'InvalidRequest', message: /not HTTP/ } })
  const large = `GET / HTTP/1.1\r\nHost: localhost\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`
  t.match(await send(app, large), /^HTTP\/1.1 431 /)
})

t.test('While it closes, what runs is answered and what comes is 503', async (t) => {
  const { app, link } = await startGateway(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const reached = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  link.answer = async () => {
    reached.resolve()
    await release.promise
    return { result: Buffer.from('"done"') }
  }
  const request =
    'POST /functions/f/invocations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n'
  const running = openSocket(app)
  running.socket.write(request)
  const late = openSocket(app)
  late.socket.write(request.slice(0, 20))
  await reached.promise
  const closed = closeGateway(app, 10_000)
  late.socket.write(request.slice(20))
  t.match(await late.answer, /^HTTP\/1.1 503 .*"ShuttingDown"/s)
  release.resolve()
  t.match(await running.answer, /^HTTP\/1.1 200 .*"done"/s)
  await closed
})

t.test('A connection that never sent a byte does not hold up the end', async (t) => {
  const { app } = await startGateway(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const early = openSocket(app)
  await once(app.server, 'connection')
  const ended = await Promise.race([
    closeGateway(app, 60_000).then(() => 'ended'),
    new Promise((resolve) => setTimeout(resolve, 5_000, 'waits').unref()),
  ])
  t.equal(ended, 'ended')
  t.equal(await early.answer, '')
})

t.test('A request for the address of a function meets no route of the API', async (t) => {
  const { app } = await startGateway(t)
  for (const host of ['abc123.lambda-url.localhost:4327', 'ABC123.lambda-url.localhost']) {
    for (const url of ['/functions', '/health/live', '/docs', '/openapi.json']) {
      const answer = await app.inject({ url, headers: { host } })
      t.equal(answer.statusCode, 403, `${host}${url}`)
      t.notMatch(answer.body, /"functions"|"state"/)
    }
  }
})
