import t from 'tap'
import { askUrl } from '../fixtures/function-url.ts'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { eventually, rest } from '../fixtures/rest.ts'

const platform = await startPlatform()
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)

t.test('a function’s own address takes any method, path and body', async (t) => {
  await functions.create(
    'site',
    `export const handler = async (event) => {
      const { rawPath, requestContext: { http: { method } } } = event
      if (rawPath === '/throw') throw new Error('thrown')
      if (rawPath === '/plain') return { hello: 'world' }
      if (rawPath === '/bytes') {
        return { statusCode: 201, isBase64Encoded: true, body: Buffer.from([0, 255, 128]).toString('base64') }
      }
      if (rawPath === '/cookies') {
        return { statusCode: 302, headers: { Location: '/next', 'X-Own': 'a' }, cookies: ['a=1; Path=/', 'b=2'] }
      }
      return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ method, event }) }
    }`,
  )
  const settings = `${platform.url}/functions/site/url`
  t.equal((await rest(settings)).status, 404)
  const made = await rest<{ url: string }>(settings, { method: 'PUT' })
  t.equal(made.status, 201)
  const again = await rest<{ url: string }>(settings, { method: 'PUT' })
  t.same([again.status, again.body], [200, made.body])
  t.same((await rest(settings)).body, made.body)
  const { url } = made.body
  t.match(url, /^http:\/\/[0-9a-z]{32}\.lambda-url\.localhost:\d+\/$/)

  const got = await askUrl(`${url}a%20b/c?x=1&x=2&y=%C3%BC`, { headers: { cookie: 'a=1; b=2' } })
  t.match(JSON.parse(got.body.toString()), {
    method: 'GET',
    event: {
      version: '2.0',
      rawPath: '/a%20b/c',
      rawQueryString: 'x=1&x=2&y=%C3%BC',
      queryStringParameters: { x: '1,2', y: 'ü' },
      cookies: ['a=1', 'b=2'],
      isBase64Encoded: false,
    },
  })
  const text = await askUrl(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"a":1}',
  })
  t.match(JSON.parse(text.body.toString()), {
    method: 'POST',
    event: { body: '{"a":1}', isBase64Encoded: false },
  })
  const bytes = Buffer.from([0, 255, 1, 128])
  const sent = await askUrl(url, {
    method: 'PUT',
    headers: { 'content-type': 'image/png' },
    body: bytes,
  })
  t.match(JSON.parse(sent.body.toString()), {
    method: 'PUT',
    event: { body: bytes.toString('base64'), isBase64Encoded: true },
  })
  const base64 = await askUrl(`${url}bytes`)
  t.same([base64.status, [...base64.body]], [201, [0, 255, 128]])
  const cookies = await askUrl(`${url}cookies`)
  t.match(cookies, {
    status: 302,
    headers: { location: '/next', 'x-own': 'a', 'set-cookie': ['a=1; Path=/', 'b=2'] },
  })
  const plain = await askUrl(`${url}plain`)
  t.match(plain, { status: 200, headers: { 'content-type': /json/ } })
  t.same(JSON.parse(plain.body.toString()), { hello: 'world' })
  const thrown = await askUrl(`${url}throw`)
  t.equal(thrown.status, 502)
  t.notMatch(thrown.body.toString(), /thrown/, 'what the code says is not for visitors')
  const nobody = new URL(url)
  nobody.hostname = `${'0'.repeat(32)}.lambda-url.localhost`
  t.match(await askUrl(nobody.href), { status: 403, body: Buffer.from('{"Message":null}') })
  await rest(`${platform.url}/functions/site`, { method: 'DELETE' })
  t.equal((await askUrl(url)).status, 403, 'it goes with its function')
})

t.test('an alias is called at its own address, by its own rules', async (t) => {
  const source = (text: string) =>
    `export const handler = async (event) => ({ text: '${text}', iam: event.requestContext.authorizer?.iam })`
  await functions.create('shop', source('first'))
  const shop = `${platform.url}/functions/shop`
  await rest(`${shop}/versions`, { body: {} })
  await rest(`${shop}/aliases/live`, { method: 'PUT', body: { functionVersion: '1' } })
  await rest(`${shop}/code`, { method: 'PUT', body: { source: source('second') } })
  const settings = { authType: 'AWS_IAM', cors: { AllowOrigins: ['http://localhost:3000'] } }
  const own = await rest<{ url: string }>(`${shop}/url`, { method: 'PUT' })
  const live = await rest<{ url: string }>(`${shop}/url?qualifier=live`, {
    method: 'PUT',
    body: settings,
  })
  const page = { origin: 'http://localhost:3000' }
  const read = async (url: string, headers = {}) => {
    const { status, headers: sent, body } = await askUrl(url, { headers })
    return { status, origin: sent['access-control-allow-origin'], body: JSON.parse(String(body)) }
  }
  t.strictSame(await read(own.body.url), {
    status: 200,
    origin: undefined,
    body: { text: 'second' },
  })
  t.match(await read(live.body.url, page), {
    status: 200,
    origin: page.origin,
    body: { text: 'first', iam: { accountId: '000000000000' } },
  })
  t.match(await read(live.body.url, { origin: 'https://example.com' }), {
    status: 403,
    origin: undefined,
    body: { Message: /^Forbidden/ },
  })
  const preflight = await askUrl(live.body.url, {
    method: 'OPTIONS',
    headers: { ...page, 'access-control-request-method': 'GET' },
  })
  t.match(preflight, { status: 200, headers: { 'access-control-allow-origin': page.origin } })
  await rest(`${shop}/aliases/live`, { method: 'DELETE' })
  t.equal((await askUrl(live.body.url)).status, 403, 'the address goes with its alias')
})

t.test('an address whose function is too busy, or too slow, says so', async (t) => {
  await functions.create(
    'single',
    'export const handler = () => new Promise((done) => setTimeout(done, 60_000))',
    { reservedConcurrency: 1, timeoutSeconds: 3 },
  )
  const { body } = await rest<{ url: string }>(`${platform.url}/functions/single/url`, {
    method: 'PUT',
  })
  const slow = askUrl(body.url)
  await eventually('the first is running', async () => {
    const { text } = await rest(`${platform.url}/functions/single/logs`)
    return text.includes('START RequestId') ? true : undefined
  })
  const busy = await askUrl(body.url)
  t.match(busy, { status: 429, headers: { 'x-amzn-errortype': 'TooManyRequestsException' } })
  t.equal(busy.body.toString(), '{"Message":"Rate Exceeded."}')
  t.match(await slow, { status: 502, body: Buffer.from('Internal Server Error') })
})
