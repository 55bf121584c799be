import t from 'tap'
import { HearthError } from '../../../core/errors.ts'
import { bodyOf, startFunctionAddress } from '../../fixtures/function-address.ts'

const { call, hostOf, link, port, send, lastEvent, answerWith } = await startFunctionAddress(t)
const host = await hostOf('page')
const urlId = host.split('.', 1)[0]

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
  t.equal(link.requests.at(-1)?.traceId, lastEvent().headers['x-amzn-trace-id'])
})

t.test('HEAD has the headers and no body', async (t) => {
  answerWith({ statusCode: 200, body: 'hello', headers: { 'content-type': 'text/plain' } })
  const answer = await send(`HEAD / HTTP/1.1\nhost: ${host}`)
  t.match(answer, /\r\ncontent-length: 5\r\n/i)
  t.match(answer, /\r\n\r\n$/)
})

t.test(
  'a function that fails or takes too long is 502, one that is too busy 429, and none tells more',
  async (t) => {
    const functionError = { errorType: 'Error', errorMessage: 'a secret', trace: [] }
    link.answer = () => ({ functionError })
    const failed = await send(`GET / HTTP/1.1\nhost: ${host}`)
    t.match(failed, /^HTTP\/1.1 502 /)
    t.match(failed, /\r\n\r\nInternal Server Error$/)
    link.answer = () => ({ functionError, timedOut: true })
    t.equal(bodyOf(await send(`GET / HTTP/1.1\nhost: ${host}`)), 'Internal Server Error')
    link.answer = () => {
      throw new HearthError(
        'TooManyRequests',
        { name: 'page', reason: 'busy' },
        { retryAfterSeconds: 1 },
      )
    }
    const busy = await send(`GET / HTTP/1.1\nhost: ${host}`)
    t.match(busy, /^HTTP\/1.1 429 .*retry-after: 1.*x-amzn-errortype: TooManyRequestsException/is)
    t.equal(bodyOf(busy), '{"Message":"Rate Exceeded."}')
    t.equal(link.requests.at(-1)?.atOnce, true, 'it is told so, and does not wait')
  },
)

t.test('an address that no function has is 403, whatever its path', async (t) => {
  for (const path of ['/', '/functions', '/health/live']) {
    const answer = await send(`GET ${path} HTTP/1.1\nhost: nobody.lambda-url.localhost`)
    t.match(answer, /^HTTP\/1.1 403 .*x-amzn-errortype: AccessDeniedException/is)
    t.match(answer, /content-type: application\/json/)
    t.equal(bodyOf(answer), '{"Message":null}')
  }
})

t.test('a function that was deleted just now is as one that never was', async (t) => {
  link.answer = () => {
    throw new HearthError('FunctionNotFound', { name: 'page' })
  }
  const answer = await send(`GET / HTTP/1.1\nhost: ${host}`)
  t.match(answer, /^HTTP\/1.1 403 /)
  t.equal(bodyOf(answer), '{"Message":null}')
})

t.test('what the platform cannot do is said in the same shape', async (t) => {
  link.answer = () => {
    throw new HearthError('SchedulerUnavailable')
  }
  const answer = await send(`GET / HTTP/1.1\nhost: ${host}`)
  t.match(answer, /^HTTP\/1.1 503 .*x-amzn-errortype: ServiceException/is)
  t.type(JSON.parse(bodyOf(answer)).Message, 'string')
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
  const refused = await send(head, 'x'.repeat(5 * 1024 * 1024))
  t.match(refused, /^HTTP\/1.1 413 /, 'by its Base64')
  t.match(JSON.parse(bodyOf(refused)), { Message: /^Request must be smaller than 6291456 bytes/ })
  t.match(await send(head, 'x'.repeat(4 * 1024 * 1024)), /^HTTP\/1.1 200 /)
})
