import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import t from 'tap'
import { type Authentication, ROUTE_TABLE } from '../../gateway/route-table.ts'
import { startGateway, WEBHOOK_TOKEN } from '../fixtures/gateway.ts'

const KEY = 'hearth_0123456789abcdefghijklmnopqrstuvwxyz'

interface Row {
  title: string
  method: string
  url: string
  path: string
  authentication: Authentication
}

const rows: Row[] = Object.entries(ROUTE_TABLE).map(([title, { authentication }]) => {
  const [method = '', url = ''] = title.split(' ')
  return {
    title,
    method: method === 'ANY' ? 'POST' : method,
    url,
    path: pathOf(url),
    authentication,
  }
})

/** A path that meets the route, of things that do not exist. */
function pathOf(url: string): string {
  return url.replace(/:\w+/g, 'nobody-here').replace('*', 'nothing')
}

const callers: Array<{ who: string; headers: object; passes: Authentication[] }> = [
  { who: 'nobody', headers: {}, passes: ['none', 'url-policy'] },
  { who: 'a wrong key', headers: bearer('x'.repeat(43)), passes: ['none', 'url-policy'] },
  { who: 'half the key', headers: bearer(KEY.slice(0, 20)), passes: ['none', 'url-policy'] },
  {
    who: 'another scheme',
    headers: { authorization: `Basic ${KEY}` },
    passes: ['none', 'url-policy'],
  },
  { who: 'the key', headers: bearer(KEY), passes: ['none', 'url-policy', 'key'] },
  {
    who: 'the storage server',
    headers: bearer(WEBHOOK_TOKEN),
    passes: ['none', 'url-policy', 'webhook'],
  },
  {
    who: 'the key from a foreign page',
    headers: { ...bearer(KEY), host: 'hearth.example.com', origin: 'https://example.com' },
    passes: ['none', 'url-policy', 'key'],
  },
]

/** Their routes look themselves at who calls, and have tests of their own. */
const BY_OWN_RULES: ReadonlySet<Authentication> = new Set(['signature', 'url-policy'])

const REFUSALS = {
  Unauthorized: new Set([
    'AccessDenied',
    'AccessDeniedException',
    'MissingAuthenticationTokenException',
    'UnrecognizedClientException',
  ]),
  ForeignOrigin: new Set(['AccessDenied', 'AccessDeniedException']),
}

/** AWS's services, Lambda too, refuse in their own words; these say in a header which error it is. */
function isRefused(answer: Answer, code: 'Unauthorized' | 'ForeignOrigin'): boolean {
  const ofAws = answer.headers['x-amzn-errortype']
  if (ofAws === undefined) return answer.statusCode >= 400 && answer.json().error?.code === code
  // Nobody is at this address of a function: no caller was looked at.
  if (answer.body === '{"Message":null}') return false
  return REFUSALS[code].has(String(ofAws))
}

type Answer = Pick<LightMyRequestResponse, 'statusCode' | 'headers' | 'body' | 'json'>

function bearer(token: string): object {
  return { authorization: `Bearer ${token}` }
}

t.test('With a key, each route takes exactly whom its row names', async (t) => {
  const { app } = await startGateway(t, { apiKey: KEY })
  for (const { title, method, path, authentication } of rows) {
    // It answers in S3's words: tests/gateway/aws/s3-refusals.test.ts.
    if (BY_OWN_RULES.has(authentication)) continue
    for (const { who, headers, passes } of callers) {
      const answer = await app.inject({ method, url: path, headers } as InjectOptions)
      const refused = isRefused(answer, 'Unauthorized')
      t.equal(refused, !passes.includes(authentication), `${who}: ${title}`)
      const isRest = answer.headers['x-amzn-errortype'] === undefined
      if (refused && isRest) t.equal(answer.headers['www-authenticate'], 'Bearer')
    }
  }
})

const LOCAL = { host: 'localhost:4327' }
const pages: Array<{ who: string; headers: object; passes: boolean }> = [
  { who: 'localhost', headers: LOCAL, passes: true },
  { who: '127.0.0.1', headers: { host: '127.0.0.1:4327' }, passes: true },
  { who: '[::1]', headers: { host: '[::1]:4327' }, passes: true },
  { who: 'its own page', headers: { ...LOCAL, origin: 'http://localhost:4327' }, passes: true },
  { who: 'a name that resolves here', headers: { host: 'evil.example.com' }, passes: false },
  { who: 'a name that begins well', headers: { host: 'localhost.example.com' }, passes: false },
  { who: 'a name that ends well', headers: { host: 'example.localhost' }, passes: false },
  { who: 'an address that begins well', headers: { host: '127.0.0.1.nip.io' }, passes: false },
  { who: 'another address', headers: { host: '192.168.1.7:4327' }, passes: false },
  { who: 'a foreign page', headers: { ...LOCAL, origin: 'https://example.com' }, passes: false },
  { who: 'a file or a sandboxed page', headers: { ...LOCAL, origin: 'null' }, passes: false },
  {
    who: "a function's own page",
    headers: { ...LOCAL, origin: 'http://abc.lambda-url.localhost:4327' },
    passes: false,
  },
  {
    who: 'a script of another site',
    headers: { ...LOCAL, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
    passes: false,
  },
]

t.test(
  'Without a key, no foreign page reaches any route but those of their own policy',
  async (t) => {
    const { app } = await startGateway(t)
    for (const { title, method, path, authentication } of rows) {
      if (BY_OWN_RULES.has(authentication)) continue
      // An address that nobody has answers as one that refuses.
      if (authentication === 'url-policy') continue
      const exempt = authentication === 'webhook'
      for (const { who, headers, passes } of pages) {
        const answer = await app.inject({ method, url: path, headers } as InjectOptions)
        const refused = isRefused(answer, 'ForeignOrigin')
        t.equal(refused, !passes && !exempt, `${who}: ${title}`)
      }
    }
  },
)

t.test(
  'Without a key, a link from elsewhere may be followed, a form may not be sent',
  async (t) => {
    const { call } = await startGateway(t)
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    t.equal((await call('GET /functions', { headers })).status, 200)
    t.equal((await call('POST /functions', { headers, json: {} })).status, 403)
  },
)

t.test('Every row of the table is a route that is there', async (t) => {
  const { app } = await startGateway(t)
  for (const { title, method, url } of rows) {
    t.ok(app.hasRoute({ method: method as 'GET', url }), title)
  }
})

t.test('A route without a row cannot be registered', async (t) => {
  const { app } = await startGateway(t)
  const { guardRoutes } = await import('../../gateway/access.ts')
  const { default: fastify } = await import('fastify')
  const other = fastify()
  guardRoutes(other as never, { webhookToken: WEBHOOK_TOKEN, accessKeys: new Map() } as never)
  t.throws(() => other.get('/backdoor', async () => 'in'), { message: /GET \/backdoor.* no row/ })
  t.notOk(app.hasRoute({ method: 'GET', url: '/backdoor' }))
})
