import t from 'tap'
import { ConsoleSessions, SESSION_SECONDS } from '../../gateway/console-session.ts'
import { startGateway } from '../fixtures/gateway.ts'

const KEY = 'hearth_0123456789abcdefghijklmnopqrstuvwxyz'
const OWN = { 'x-hearth-console': '1', 'sec-fetch-site': 'same-origin' }

/** The pair that a browser sends back. */
function pairOf(headers: Record<string, unknown>): string {
  return String(headers['set-cookie']).split(';', 1)[0] ?? ''
}

async function signedIn(t: Parameters<typeof startGateway>[0]) {
  const gateway = await startGateway(t, { apiKey: KEY })
  const answer = await gateway.call('POST /console/session', {
    json: { apiKey: KEY },
    headers: OWN,
  })
  return { ...gateway, answer, cookie: pairOf(answer.headers) }
}

t.test('The key gives a cookie that no script reads and no other site sends', async (t) => {
  const { answer, cookie } = await signedIn(t)
  t.equal(answer.status, 200)
  t.same(answer.body, { needsKey: true, signedIn: true })
  const attributes = String(answer.headers['set-cookie'])
  for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/', `Max-Age=${SESSION_SECONDS}`]) {
    t.ok(attributes.includes(attribute), attribute)
  }
  t.notOk(cookie.includes(KEY), 'the key is not in it')
})

t.test('Behind TLS the cookie travels by TLS alone', async (t) => {
  const { call } = await startGateway(t, { apiKey: KEY })
  const headers = { ...OWN, 'x-forwarded-proto': 'https' }
  const answer = await call('POST /console/session', { json: { apiKey: KEY }, headers })
  t.match(answer.headers['set-cookie'], /; Secure$/)
})

t.test('A wrong key is refused with what to enter', async (t) => {
  const { call } = await startGateway(t, { apiKey: KEY })
  const answer = await call('POST /console/session', { json: { apiKey: 'no' }, headers: OWN })
  t.equal(answer.status, 401)
  t.equal(answer.body.error.code, 'SignInRefused')
  t.equal(answer.headers['set-cookie'], undefined)
})

t.test('The cookie stands for the key on the same routes', async (t) => {
  const { call, cookie } = await signedIn(t)
  t.equal((await call('GET /functions', { headers: { cookie } })).status, 200)
  const json = { name: 'greet', source: 'export const handler = () => 1' }
  t.equal((await call('POST /functions', { json, headers: { ...OWN, cookie } })).status, 201)
  t.equal((await call('DELETE /functions/greet', { headers: { ...OWN, cookie } })).status, 204)
  t.same((await call('GET /console/session', { headers: { cookie } })).body, {
    needsKey: true,
    signedIn: true,
  })
})

t.test('A session among other cookies is found', async (t) => {
  const { call, cookie } = await signedIn(t)
  const headers = { cookie: `theme=dark; ${cookie}; other=1` }
  t.equal((await call('GET /functions', { headers })).status, 200)
})

const { 'x-hearth-console': _mark, ...withoutMark } = OWN
const foreign: [who: string, headers: object][] = [
  ['without the header of the console', withoutMark],
  ['from another site', { ...OWN, 'sec-fetch-site': 'cross-site' }],
  ['from a neighbour on the same site', { ...OWN, 'sec-fetch-site': 'same-site' }],
  ['from another origin', { ...OWN, origin: 'https://example.com' }],
  ['from an origin with another port', { ...OWN, origin: 'http://127.0.0.1:8080' }],
  ['from an opaque origin', { ...OWN, origin: 'null' }],
]
for (const [who, headers] of foreign) {
  t.test(`A change with the cookie is refused ${who}`, async (t) => {
    const { call, cookie } = await signedIn(t)
    const json = { name: 'planted', source: 'export const handler = () => 1' }
    const answer = await call('POST /functions', { json, headers: { ...headers, cookie } })
    t.equal(answer.status, 403)
    t.equal(answer.body.error.code, 'ForeignPage')
    t.equal((await call('GET /functions', { headers: { cookie } })).body.functions.length, 0)
  })
}

t.test('Another site reads nothing with the cookie', async (t) => {
  const { call, cookie } = await signedIn(t)
  const headers = { cookie, 'sec-fetch-site': 'cross-site' }
  t.equal((await call('GET /functions', { headers })).status, 403)
})

t.test('A cookie that was made up, changed or is of another key opens nothing', async (t) => {
  const { call, cookie } = await signedIn(t)
  const [name, token = ''] = cookie.split('=', 2)
  const [ends, nonce, signature] = token.split('.')
  const made = [
    '',
    'x',
    `${Number(ends) + 1}.${nonce}.${signature}`,
    `${ends}.${nonce}.${'0'.repeat(64)}`,
    `${ends}.${nonce}`,
  ]
  for (const value of made) {
    const answer = await call('GET /functions', { headers: { cookie: `${name}=${value}` } })
    t.equal(answer.status, 401, value)
  }
  const { call: other } = await startGateway(t, { apiKey: `${KEY}x` })
  t.equal((await other('GET /functions', { headers: { cookie } })).status, 401)
})

t.test('A session ends after its time', async (t) => {
  const { cookie } = await signedIn(t)
  const sessions = new ConsoleSessions(KEY)
  const now = Date.now()
  t.ok(sessions.has({ cookie }, now))
  t.notOk(sessions.has({ cookie }, now + (SESSION_SECONDS + 1) * 1000))
})

t.test('A wrong bearer token is not made good by a cookie', async (t) => {
  const { call, cookie } = await signedIn(t)
  const headers = { cookie, authorization: `Bearer ${'x'.repeat(40)}` }
  t.equal((await call('GET /functions', { headers })).status, 401)
})

t.test('Signing out takes the cookie from the browser', async (t) => {
  const { call, cookie } = await signedIn(t)
  const answer = await call('DELETE /console/session', { headers: { ...OWN, cookie } })
  t.equal(answer.status, 204)
  t.match(answer.headers['set-cookie'], /^hearth_session=; .*Max-Age=0/)
})

t.test('Without a key this machine is signed in, and gets no cookie', async (t) => {
  const { call } = await startGateway(t)
  t.same((await call('GET /console/session')).body, { needsKey: false, signedIn: true })
  const answer = await call('POST /console/session', { json: { apiKey: 'any' }, headers: OWN })
  t.equal(answer.status, 200)
  t.equal(answer.headers['set-cookie'], undefined)
})
