import t from 'tap'
import { askUrl } from '../fixtures/function-url.ts'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { rest } from '../fixtures/rest.ts'

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
  t.equal((await askUrl(nobody.href)).status, 404)
  await rest(`${platform.url}/functions/site`, { method: 'DELETE' })
  t.equal((await askUrl(url)).status, 404, 'it goes with its function')
})
