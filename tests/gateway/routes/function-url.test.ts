import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { HearthError } from '../../../core/errors.ts'
import { startGateway } from '../../fixtures/gateway.ts'

const gateway = await startGateway(t)
const { app, call, create, link } = gateway
await app.listen({ port: 0, host: '127.0.0.1' })
const { port } = app.server.address() as AddressInfo

await create('page')
const { urlId } = (await call('PUT /functions/page/url')).body
const host = `${urlId}.lambda-url.localhost:${port}`

/** A request as bytes: no client in between that would set a path right. */
async function send(head: string, body = ''): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const length = body === '' ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`
  socket.write(`${head.replaceAll('\n', '\r\n')}\r\nconnection: close\r\n${length}\r\n${body}`)
  return await text(socket)
}

/** The event that the function got last. */
function lastEvent() {
  return JSON.parse(link.requests.at(-1)?.event.toString() ?? 'null')
}

function answerWith(result: unknown) {
  link.answer = () => ({ result: Buffer.from(JSON.stringify(result)) })
}

t.test('a function gets one address, which it keeps', async (t) => {
  await create('home')
  t.equal((await call('GET /functions/home/url')).status, 404)
  const answers = await Promise.all([
    call('PUT /functions/home/url'),
    call('PUT /functions/home/url'),
  ])
  const [first, second] = answers.map(({ body }) => body)
  t.strictSame(first, second)
  t.equal(first.url, `http://${first.urlId}.lambda-url.localhost:4327/`)
  t.strictSame((await call('PUT /functions/home/url')).body, first)
  t.strictSame((await call('GET /functions/home/url')).body, first)
  t.equal((await call('PUT /functions/home/url')).status, 200)
  t.match((await call('PUT /functions/nobody/url')).body.error, { code: 'FunctionNotFound' })
})

t.test('any method, path, query and body reach the handler as they were sent', async (t) => {
  answerWith('ok')
  const table = [
    ['GET', '/'],
    ['GET', '/pa2%Fth/..%2f../%zz?q=%zz&q=2'],
    ['GET', '//functions/../../x'],
    ['DELETE', '/functions/page'],
    ['PATCH', '/functions/page'],
    ['OPTIONS', '/x'],
    ['PROPFIND', '/x'],
  ] as const
  for (const [method, path] of table) {
    t.match(await send(`${method} ${path} HTTP/1.1\nhost: ${host}`), /^HTTP\/1.1 200 OK/)
    const [rawPath, rawQueryString = ''] = path.split('?')
    t.match(lastEvent(), { rawPath, rawQueryString, requestContext: { http: { method } } }, path)
  }
  for (const method of ['POST', 'PUT', 'GET', 'DELETE', 'QUERY']) {
    await send(`${method} / HTTP/1.1\nhost: ${host}\ncontent-type: text/plain`, 'hällo')
    t.match(lastEvent(), { body: 'hällo', isBase64Encoded: false }, method)
  }
  await send(`POST / HTTP/1.1\nhost: ${host}\ncontent-type: no type at all`, 'x')
  t.match(lastEvent(), {
    body: 'eA==',
    isBase64Encoded: true,
    headers: { 'content-type': 'no type at all' },
  })
  t.equal((await call('GET /functions/page')).status, 200, 'the function is still there')
})

t.test('the answer goes back: status, headers, cookies, bytes', async (t) => {
  answerWith({
    statusCode: 201,
    headers: { 'Content-Type': 'text/plain', 'X-Own': 'yes' },
    cookies: ['a=1', 'b=2'],
    body: 'aMOkbGxv',
    isBase64Encoded: true,
  })
  const answer = await send(`GET / HTTP/1.1\nhost: ${host}`)
  t.match(answer, /^HTTP\/1.1 201 Created/)
  t.match(answer, /\r\ncontent-type: text\/plain\r\n/i)
  t.match(answer, /\r\nx-own: yes\r\n/i)
  t.match(answer, /\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n/i)
  t.match(answer, /\r\nx-amzn-requestid: [0-9a-f-]{36}\r\n/i)
  t.match(answer, /\r\n\r\nhällo$/)
  t.match(answer, new RegExp(`x-amzn-requestid: ${link.requests.at(-1)?.id}`, 'i'))
})

t.test('HEAD has the headers and no body', async (t) => {
  answerWith({ statusCode: 200, body: 'hello', headers: { 'content-type': 'text/plain' } })
  const answer = await send(`HEAD / HTTP/1.1\nhost: ${host}`)
  t.match(answer, /\r\ncontent-length: 5\r\n/i)
  t.match(answer, /\r\n\r\n$/)
})

t.test(
  'a function that fails is 502, one that takes too long 504, and neither tells more',
  async (t) => {
    const functionError = { errorType: 'Error', errorMessage: 'a secret', trace: [] }
    link.answer = () => ({ functionError })
    const failed = await send(`GET / HTTP/1.1\nhost: ${host}`)
    t.match(failed, /^HTTP\/1.1 502 /)
    t.match(failed, /\r\n\r\nInternal Server Error$/)
    link.answer = () => ({ functionError, timedOut: true })
    t.match(await send(`GET / HTTP/1.1\nhost: ${host}`), /^HTTP\/1.1 504 /)
    link.answer = () => {
      throw new HearthError(
        'TooManyRequests',
        { name: 'page', reason: 'busy' },
        { retryAfterSeconds: 1 },
      )
    }
    t.match(await send(`GET / HTTP/1.1\nhost: ${host}`), /^HTTP\/1.1 429 .*retry-after: 1/is)
  },
)

t.test('an address that no function has is 404, whatever its path', async (t) => {
  for (const path of ['/', '/functions', '/health/live']) {
    const answer = await send(`GET ${path} HTTP/1.1\nhost: nobody.lambda-url.localhost`)
    t.match(answer, /^HTTP\/1.1 404 .*FunctionUrlNotFound/s)
  }
})

t.test(
  'the API is not to be had under a function’s address, nor the address under the API’s',
  async (t) => {
    answerWith('the page')
    for (const path of [
      '/functions',
      '/openapi.json',
      '/health/live',
      `http://127.0.0.1:${port}/functions`,
    ]) {
      t.match(await send(`GET ${path} HTTP/1.1\nhost: ${host}`), /the page$/, path)
    }
    const tricks = [
      `x.${host}`,
      `${urlId}.lambda-url.localhost.evil.example`,
      `${urlId}.lambda-url.example`,
    ]
    const count = link.requests.length
    for (const trick of tricks) {
      t.match(await send(`GET / HTTP/1.1\nhost: ${trick}`), /^HTTP\/1.1 40[34] /, trick)
    }
    t.match(await send(`GET / HTTP/1.1\nhost: 127.0.0.1\nhost: ${host}`), /^HTTP\/1.1 400 /)
    t.equal(link.requests.length, count)
    t.match(
      await send(`GET / HTTP/1.1\nhost: ${host.toUpperCase()}`),
      /the page$/,
      'names have no case',
    )
  },
)

t.test('a body that is too large for an invocation is refused', async (t) => {
  answerWith('ok')
  const head = `POST / HTTP/1.1\nhost: ${host}\ncontent-type: image/png`
  t.match(await send(head, 'x'.repeat(5 * 1024 * 1024)), /^HTTP\/1.1 413 /, 'by its Base64')
  t.match(await send(head, 'x'.repeat(4 * 1024 * 1024)), /^HTTP\/1.1 200 /)
})
