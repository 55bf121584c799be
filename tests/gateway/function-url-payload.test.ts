import t from 'tap'
import { urlAnswer, urlEvent } from '../../gateway/function-url-payload.ts'

const request = {
  urlId: 'abc123',
  method: 'GET',
  url: '/',
  httpVersion: '1.1',
  rawHeaders: ['Host', 'abc123.lambda-url.localhost:4327', 'User-Agent', 'curl/8'],
  body: Buffer.alloc(0),
  sourceIp: '127.0.0.1',
  requestId: '0f8fad5b-d9cb-469f-a165-70867728950e',
  host: 'abc123.lambda-url.localhost:4327',
  time: new Date('2026-03-02T19:03:58.123Z'),
}

t.test('a request is payload 2.0, whole', async (t) => {
  const event = urlEvent({
    ...request,
    method: 'POST',
    url: '/pa2%Fth/1?a=1&b=x%20y&a=2',
    rawHeaders: [...request.rawHeaders, 'Content-Type', 'application/json', 'Cookie', 'c1=1; c2=2'],
    body: Buffer.from('{"ü":1}'),
  })
  t.strictSame(event, {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/pa2%Fth/1',
    rawQueryString: 'a=1&b=x%20y&a=2',
    cookies: ['c1=1', 'c2=2'],
    headers: {
      host: 'abc123.lambda-url.localhost:4327',
      'user-agent': 'curl/8',
      'content-type': 'application/json',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-port': '4327',
      'x-forwarded-proto': 'http',
      'x-amzn-trace-id': 'Root=1-69a5df1e-0f8fad5bd9cb469fa1657086',
    },
    queryStringParameters: { a: '1,2', b: 'x y' },
    requestContext: {
      accountId: 'anonymous',
      apiId: 'abc123',
      domainName: 'abc123.lambda-url.localhost',
      domainPrefix: 'abc123',
      http: {
        method: 'POST',
        path: '/pa2%Fth/1',
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'curl/8',
      },
      requestId: '0f8fad5b-d9cb-469f-a165-70867728950e',
      routeKey: '$default',
      stage: '$default',
      time: '02/Mar/2026:19:03:58 +0000',
      timeEpoch: 1772478238123,
    },
    body: '{"ü":1}',
    isBase64Encoded: false,
  })
})

t.test('what a request has not, the event has not', async (t) => {
  const event = urlEvent({ ...request, url: '/?' })
  t.notOk('body' in event)
  t.notOk('cookies' in event)
  t.notOk('queryStringParameters' in event)
  t.match(event, { rawPath: '/', rawQueryString: '', isBase64Encoded: false })
})

t.test(
  'headers are in lower case and joined, and those of the connection are left out',
  async (t) => {
    const rawHeaders = [
      'X-Many',
      'a',
      'x-many',
      'b',
      'Connection',
      'keep-alive, X-Many',
      'Transfer-Encoding',
      'chunked',
    ]
    rawHeaders.push('X-Forwarded-For', '10.0.0.1', 'X-Amzn-Trace-Id', 'Root=mine', '__proto__', 'x')
    const { headers } = urlEvent({ ...request, rawHeaders }) as { headers: object }
    t.strictSame(Object.entries(headers), [
      ['x-many', 'a,b'],
      ['x-forwarded-for', '10.0.0.1, 127.0.0.1'],
      ['x-amzn-trace-id', 'Root=mine'],
      ['__proto__', 'x'],
      ['x-forwarded-port', '4327'],
      ['x-forwarded-proto', 'http'],
    ])
  },
)

t.test('a body is text where its type is, else Base64', async (t) => {
  const table: [string | undefined, Buffer, boolean][] = [
    ['text/plain', Buffer.from('x'), false],
    ['Text/HTML; charset=utf-8', Buffer.from('x'), false],
    ['application/json', Buffer.from('{}'), false],
    ['application/vnd.api+json', Buffer.from('{}'), false],
    ['application/xml', Buffer.from('<x/>'), false],
    ['image/svg+xml', Buffer.from('<x/>'), true],
    ['application/atom+xml', Buffer.from('<x/>'), false],
    ['application/javascript', Buffer.from('x'), false],
    ['application/x-www-form-urlencoded', Buffer.from('a=1'), true],
    ['multipart/form-data; boundary=x', Buffer.from('x'), true],
    ['image/png', Buffer.from([1]), true],
    [undefined, Buffer.from('x'), true],
    ['text/plain', Buffer.from([0xff]), true],
    ['image/png', Buffer.alloc(0), false],
  ]
  for (const [type, body, isBase64Encoded] of table) {
    const rawHeaders = type === undefined ? [] : ['content-type', type]
    const event = urlEvent({ ...request, rawHeaders, body }) as { body?: string }
    t.match(event, { isBase64Encoded }, `${type} ${body.length}`)
    const encoding = isBase64Encoded ? 'base64' : 'utf8'
    t.equal(event.body, body.length === 0 ? undefined : body.toString(encoding))
  }
})

const JSON_TYPE: [string, string] = ['content-type', 'application/json']

t.test('an answer without a status is the body, as JSON; text stands bare', async (t) => {
  const table: [unknown, string][] = [
    [{ hello: 'world' }, '{"hello":"world"}'],
    ['hello', 'hello'],
    [3.1, '3.1'],
    [true, 'true'],
    [null, 'null'],
    [[1, 2], '[1,2]'],
    [{ body: 'x' }, '{"body":"x"}'],
  ]
  for (const [result, body] of table) {
    const answer = urlAnswer(Buffer.from(JSON.stringify(result)))
    t.strictSame(answer, { status: 200, headers: [JSON_TYPE], body: Buffer.from(body) })
  }
})

t.test('an answer with a status is what it says', async (t) => {
  const table: [object, number, [string, string][], string | Buffer][] = [
    [{ statusCode: 201 }, 201, [JSON_TYPE], ''],
    [{ statusCode: '418', body: 'tea' }, 418, [JSON_TYPE], 'tea'],
    [{ statusCode: 200, body: null, headers: null, cookies: null }, 200, [JSON_TYPE], ''],
    [
      { statusCode: 200, headers: { 'Content-Type': 'text/html', 'X-N': 1 } },
      200,
      [
        ['content-type', 'text/html'],
        ['x-n', '1'],
      ],
      '',
    ],
    [
      { statusCode: 200, cookies: ['a=1', 'b=2; Path=/'] },
      200,
      [['set-cookie', 'a=1'], ['set-cookie', 'b=2; Path=/'], JSON_TYPE],
      '',
    ],
    [
      { statusCode: 200, body: '/wA=', isBase64Encoded: true },
      200,
      [JSON_TYPE],
      Buffer.from([0xff, 0]),
    ],
    [{ statusCode: 200, body: '/wA=', isBase64Encoded: false }, 200, [JSON_TYPE], '/wA='],
    [{ statusCode: 200, body: { a: 1 } }, 200, [JSON_TYPE], '{"a":1}'],
    [
      {
        statusCode: 200,
        headers: { 'Content-Length': '999', Connection: 'close', 'Transfer-Encoding': 'chunked' },
        body: 'x',
      },
      200,
      [JSON_TYPE],
      'x',
    ],
  ]
  for (const [result, status, headers, body] of table) {
    const answer = urlAnswer(Buffer.from(JSON.stringify(result)))
    t.strictSame(
      answer,
      { status, headers, body: Buffer.from(body as string) },
      JSON.stringify(result),
    )
  }
})

t.test('an answer that HTTP cannot carry is the function’s failure', async (t) => {
  for (const result of [
    { statusCode: 99 },
    { statusCode: 101 },
    { statusCode: 600 },
    { statusCode: 200.5 },
    { statusCode: 'ok' },
    { statusCode: null },
    { statusCode: 200, headers: 'x' },
    { statusCode: 200, headers: { 'a b': 'x' } },
    { statusCode: 200, headers: { a: 'x\r\ny: z' } },
    { statusCode: 200, cookies: 'a=1' },
    { statusCode: 200, cookies: ['a=1\r\nx: y'] },
  ]) {
    const answer = urlAnswer(Buffer.from(JSON.stringify(result)))
    t.equal(answer.status, 502, JSON.stringify(result))
    t.equal(answer.body.toString(), 'Internal Server Error')
  }
})
