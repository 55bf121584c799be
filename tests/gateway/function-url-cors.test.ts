import type { IncomingHttpHeaders } from 'node:http'
import t from 'tap'
import type { Cors } from '../../core/functions/attachment.ts'
import { corsHeaders, isPreflight } from '../../gateway/function-url-cors.ts'

const ORIGIN = 'https://example.com'
const preflight = { origin: ORIGIN, 'access-control-request-method': 'PUT' }
const full: Cors = {
  AllowOrigins: ['http://localhost:3000', ORIGIN],
  AllowMethods: ['GET', 'PUT'],
  AllowHeaders: ['content-type', 'x-own'],
  ExposeHeaders: ['date', 'x-own'],
  AllowCredentials: true,
  MaxAge: 0,
}

t.test('only what a browser asks beforehand is a preflight', async (t) => {
  t.ok(isPreflight('OPTIONS', preflight))
  t.notOk(isPreflight('GET', preflight))
  t.notOk(isPreflight('OPTIONS', { origin: ORIGIN }))
  t.notOk(isPreflight('OPTIONS', { 'access-control-request-method': 'PUT' }))
})

t.test('each rule is a header, where it has something to say', async (t) => {
  const vary = { vary: 'Origin' }
  const allowed = { 'access-control-allow-origin': ORIGIN, ...vary }
  const table: [Cors, string, IncomingHttpHeaders, object][] = [
    [
      full,
      'OPTIONS',
      preflight,
      {
        ...allowed,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET,PUT',
        'access-control-allow-headers': 'content-type,x-own',
        'access-control-max-age': '0',
      },
    ],
    [
      full,
      'GET',
      { origin: ORIGIN },
      {
        ...allowed,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'date,x-own',
      },
    ],
    [full, 'GET', {}, vary],
    [full, 'GET', { origin: 'https://example.com.evil.org' }, vary],
    [full, 'GET', { origin: 'null' }, vary],
    [full, 'OPTIONS', { ...preflight, origin: 'https://other.org' }, vary],
    [{ AllowOrigins: ['*'] }, 'GET', { origin: ORIGIN }, allowed],
    [{ AllowOrigins: ['*'], AllowCredentials: false }, 'GET', { origin: ORIGIN }, allowed],
    [{ AllowMethods: ['*'] }, 'GET', { origin: ORIGIN }, vary],
    [
      { AllowOrigins: ['*'], AllowMethods: ['*'], AllowHeaders: ['*'] },
      'OPTIONS',
      { ...preflight, 'access-control-request-headers': 'x-a,x-b' },
      {
        ...allowed,
        'access-control-allow-methods': 'PUT',
        'access-control-allow-headers': 'x-a,x-b',
      },
    ],
    [
      { AllowOrigins: ['*'], AllowMethods: ['*'], AllowHeaders: ['*'] },
      'OPTIONS',
      preflight,
      { ...allowed, 'access-control-allow-methods': 'PUT' },
    ],
  ]
  for (const [cors, method, headers, expected] of table) {
    const found = Object.fromEntries(corsHeaders(cors, method, headers))
    t.strictSame(found, { ...expected }, `${method} ${JSON.stringify(headers)}`)
  }
})
