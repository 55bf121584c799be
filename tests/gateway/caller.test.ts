import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import { AWS_PREFIX } from '../../gateway/aws/signed-service.ts'
import { IN_BODY, ROUTE_TABLE } from '../../gateway/route-table.ts'
import { type Answer, type GatewayFixture, startGateway } from '../fixtures/gateway.ts'
import { KEY, presignedUrl, type SigningOptions, signedHeaders } from '../fixtures/signing.ts'

const API_KEY = 'hearth_0123456789abcdefghijklmnopqrstuvwxyz'
const OWN = { accessKeyId: 'hearth', secretAccessKey: API_KEY }
const NOTHING = { accessKeyId: 'nothing', secretAccessKey: 'a secret for nothing at all' }
const FUNCTIONS = '/2015-03-31/functions'
const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:'

const KEYS = [
  { ...NOTHING, statements: [] },
  {
    ...KEY,
    statements: [
      { actions: ['lambda:*'], resources: [`${ARN}thumb*`] },
      { actions: ['lambda:ListLayers'], resources: ['*'] },
      { effect: 'Deny', actions: ['lambda:Delete*'], resources: ['*'] },
    ],
  },
]

type Route = `${string} ${string}`
type Send = (route: Route, options?: SigningOptions) => Promise<Answer>

async function start(
  t: Parameters<typeof startGateway>[0],
  apiKey: string | undefined = API_KEY,
): Promise<GatewayFixture & { send: Send }> {
  const accessKeysFile = join((t as Tap).testdir({ 'keys.json': '' }), 'keys.json')
  await writeFile(accessKeysFile, JSON.stringify({ keys: KEYS }))
  const gateway = await startGateway(t, { accessKeysFile, ...(apiKey && { apiKey }) })
  const send: Send = async (route, options = {}) => {
    const headers = await signedHeaders(route, options)
    const { body: payload } = options
    return gateway.call(route, { headers, ...(payload !== undefined && { payload }) })
  }
  return { ...gateway, send }
}
type Tap = typeof t

const isRefused = ({ status }: Answer) => status === 401 || status === 403

const rows = Object.entries(ROUTE_TABLE).filter(([, row]) => row.authentication === 'key')

/** A request that meets the route, of things that do not exist. */
function requestOf(title: string): Route {
  if (title.includes(AWS_PREFIX)) return 'POST /'
  const [method = '', url = ''] = title.split(' ')
  const path = url.replace(/:\w+/g, 'nobody-here').replace('*', 'nothing')
  return `${method === 'ANY' ? 'POST' : method} ${path}`
}

function codeOf({ headers, body }: Answer): string {
  const type = headers['x-amzn-errortype'] as string | undefined
  const code = type?.replace('Exception', '') ?? body?.error?.code
  return IN_QUERY[code] ?? code
}

/** The services of the query protocol have other names for these. */
const IN_QUERY: Readonly<Record<string, string>> = {
  SignatureDoesNotMatch: 'InvalidSignature',
  InvalidClientTokenId: 'UnrecognizedClient',
}

t.test('Each route takes a signature, and only by a right key that is allowed it', async (t) => {
  const { send } = await start(t)
  for (const [title, { resource }] of rows) {
    const route = requestOf(title)
    const service = title.includes(AWS_PREFIX) ? (title.split('/').at(-1) as string) : 'lambda'
    const wrong = { ...OWN, secretAccessKey: 'another secret of enough length' }
    t.equal(
      codeOf(await send(route, { service, key: wrong })),
      'InvalidSignature',
      `wrong: ${title}`,
    )
    const unknown = { ...OWN, accessKeyId: 'nobody' }
    t.equal(
      codeOf(await send(route, { service, key: unknown })),
      'UnrecognizedClient',
      `unknown: ${title}`,
    )
    t.notOk(isRefused(await send(route, { service, key: OWN })), `everything: ${title}`)
    if (resource === IN_BODY) continue
    t.equal(codeOf(await send(route, { key: NOTHING })), 'AccessDenied', `nothing: ${title}`)
  }
})

t.test(
  'Only to make a function the body tells what it is about, and its handler asks',
  async (t) => {
    const { send, app } = await start(t)
    const inBody = rows.filter(([, { resource }]) => resource === IN_BODY).map(([title]) => title)
    const services = ['sts', 'iam', 'events', 'scheduler', 'logs']
    const ofServices = services.map((of) => `ANY ${AWS_PREFIX}/${of}`)
    t.strictSame(inBody, ['POST /functions', ...ofServices, `POST ${FUNCTIONS}`])
    for (const [service, headers, body] of [
      ['iam', {}, 'Action=ListRoles&Version=2010-05-08'],
      ['events', { 'x-amz-target': 'AWSEvents.ListRules' }, '{}'],
      ['logs', { 'x-amz-target': 'Logs_20140328.DescribeLogGroups' }, '{}'],
    ] as const) {
      const asked = { service, headers, body }
      t.equal((await send('POST /', { ...asked, key: OWN })).status, 200, service)
      t.equal(codeOf(await send('POST /', { ...asked, key: NOTHING })), 'AccessDenied', service)
    }
    const who = { service: 'sts', body: 'Action=GetCallerIdentity&Version=2011-06-15' }
    t.equal((await send('POST /', { ...who, key: NOTHING })).status, 200)
    const schedules = { service: 'scheduler', key: NOTHING }
    t.equal(codeOf(await send('GET /schedules', schedules)), 'AccessDenied')
    const zip = 'UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=='
    const rest = (name: string) => ({
      body: JSON.stringify({ name, source: 'export const handler = () => 1' }),
      headers: { 'content-type': 'application/json' },
    })
    const lambda = (FunctionName: string) => ({
      body: JSON.stringify({
        FunctionName,
        Role: 'arn:aws:iam::000000000000:role/r',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { ZipFile: zip },
      }),
    })
    for (const [route, sent] of [
      ['POST /functions', rest],
      [`POST ${FUNCTIONS}`, lambda],
    ] as const) {
      t.equal(codeOf(await send(route, sent('other'))), 'AccessDenied')
      t.notOk(isRefused(await send(route, sent(`thumb-${sent.name}`))), route)
    }
    t.equal((await send('GET /functions/thumb-rest')).status, 200)
    const form = ['--x', 'content-disposition: form-data; name="name"', '', 'other', '--x']
    form.push('content-disposition: form-data; name="code"; filename="a.js"', '', '1', '--x--', '')
    const headers = {
      'content-type': 'multipart/form-data; boundary=x',
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    }
    const payload = form.join('\r\n')
    t.equal(codeOf(await send('POST /functions', { headers, body: payload })), 'AccessDenied')
    // A form is read as it comes: what was signed of it could not be compared before its use.
    const hashed = await signedHeaders('POST /functions', { headers: OF_FORM, body: payload })
    const answer = await app.inject({ method: 'POST', url: '/functions', headers: hashed, payload })
    t.match(answer.json().error, { code: 'InvalidSignature', message: /UNSIGNED-PAYLOAD/ })
  },
)

const OF_FORM = { 'content-type': 'multipart/form-data; boundary=x' }
const ENCODED = (target: string) => encodeURIComponent(`${ARN}${target}`)

const asked: Array<[route: Route, allowed: boolean]> = [
  [`POST ${FUNCTIONS}/thumb/invocations`, true],
  [`POST ${FUNCTIONS}/thumb:PROD/invocations`, true],
  [`POST ${FUNCTIONS}/${ENCODED('thumb')}/invocations`, true],
  [`POST ${FUNCTIONS}/${ENCODED('thumb:1')}/invocations?Qualifier=1`, true],
  [`POST ${FUNCTIONS}/000000000000%3Afunction%3Athumb/invocations`, true],
  [`POST ${FUNCTIONS}/other/invocations`, false],
  [`POST ${FUNCTIONS}/${ENCODED('other')}/invocations`, false],
  [`POST ${FUNCTIONS}/other:thumb/invocations`, false],
  [`GET ${FUNCTIONS}/thumb`, true],
  [`DELETE ${FUNCTIONS}/thumb`, false],
  ['GET /functions/thumb', true],
  ['GET /functions/other', false],
  ['POST /functions/thumb/invocations?qualifier=1', true],
  ['DELETE /functions/thumb', false],
  ['GET /functions', false],
  ['GET /functions/thumb/logs', false],
  ['GET /buckets', false],
  [`GET /2017-03-31/tags/${ENCODED('thumb')}`, true],
  [`GET /2017-03-31/tags/${ENCODED('other')}`, false],
  [`GET /2026-07-09/resource-policy/${ENCODED('thumb')}`, true],
  [`GET /2026-07-09/resource-policy/${ENCODED('other')}`, false],
  ['GET /2018-10-31/layers', true],
  ['GET /2018-10-31/layers?find=LayerVersion&Arn=arn', false],
]

t.test('What is asked about is the function, however the request names it', async (t) => {
  const { send, app } = await start(t)
  for (const [route, allowed] of asked) {
    const [method = '', url = ''] = route.split(' ')
    const isThere = app.findRoute({ method: method as 'GET', url }) !== null
    const answer = await send(route, { body: method === 'POST' ? '{}' : '' })
    if (!isThere && answer.status === 404) continue
    t.equal(codeOf(answer) === 'AccessDenied', !allowed, route)
  }
})

t.test('A refusal says who, what and on what, in the words of either face', async (t) => {
  const { send } = await start(t)
  const words =
    `User: arn:aws:iam::000000000000:user/thumbs is not authorized to perform: lambda:InvokeFunction on resource: ${ARN}other ` +
    'because no identity-based policy allows the lambda:InvokeFunction action'
  const rest = await send('POST /functions/other/invocations', { body: '{}' })
  t.match(rest, { status: 403, body: { error: { code: 'AccessDenied', message: words } } })
  const lambda = await send(`POST ${FUNCTIONS}/other/invocations`, { body: '{}' })
  t.equal(lambda.headers['x-amzn-errortype'], 'AccessDeniedException')
  t.match(lambda, { status: 403, body: { Type: 'User', Message: words } })
  const denied = await send(`DELETE ${FUNCTIONS}/thumb`)
  t.match(denied.body.Message, /with an explicit deny in an identity-based policy$/)
})

t.test('Lambda says of a request without credentials what AWS says', async (t) => {
  const { call, send } = await start(t)
  const headersOf = [
    [{}, 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
    [
      { authorization: 'Bearer wrong' },
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    ],
    [
      { authorization: 'AWS4-HMAC-SHA256 x' },
      'IncompleteSignatureException',
      /'x' not a valid key/,
    ],
  ] as const
  for (const [headers, type, message] of headersOf) {
    const answer = await call(`GET ${FUNCTIONS}`, { headers })
    t.match(answer, { status: 403, headers: { 'x-amzn-errortype': type }, body: { message } })
  }
  const old = await send(`GET ${FUNCTIONS}`, { date: new Date('2026-01-01') })
  t.match(old, { status: 403, body: { message: /^Signature expired: 20260101T000000Z is now/ } })
})

t.test('A body other than what was signed is refused, and never used', async (t) => {
  const { call, link } = await start(t)
  await call('POST /functions', {
    json: { name: 'thumb', source: 'export const handler = () => 1' },
    headers: { authorization: `Bearer ${API_KEY}` },
  })
  for (const route of [
    'POST /functions/thumb/invocations',
    `POST ${FUNCTIONS}/thumb/invocations`,
  ]) {
    for (const withoutHashHeader of [true, false]) {
      const headers = await signedHeaders(route as Route, { body: '{"n":1}', withoutHashHeader })
      const changed = await call(route as Route, { headers, payload: '{"n":2}' })
      t.equal(codeOf(changed), 'InvalidSignature')
      t.equal((await call(route as Route, { headers, payload: '{"n":1}' })).status, 200)
    }
  }
  t.equal(link.requests.length, 4)
})

t.test('A presigned URL works where it is followed', async (t) => {
  const { call } = await start(t)
  const url = await presignedUrl(`GET ${FUNCTIONS}?MaxItems=5`, { key: OWN })
  t.equal((await call(`GET ${url}`)).status, 200)
  t.equal(codeOf(await call(`GET ${url.replace('MaxItems=5', 'MaxItems=6')}`)), 'InvalidSignature')
})

t.test('Without the API key the bearer way is closed, and signatures go on', async (t) => {
  const { call, send } = await start(t, '')
  for (const token of ['', API_KEY, 'undefined']) {
    const headers = { authorization: `Bearer ${token}` }
    t.equal((await call('GET /functions/thumb', { headers })).status, 401)
  }
  t.equal((await call('GET /functions/thumb')).status, 401)
  t.equal((await send('GET /functions/thumb')).status, 404)
})

t.test('Without any key a signature, whatever it is, is not looked at', async (t) => {
  const { call } = await startGateway(t)
  const signatures = [
    'AWS4-HMAC-SHA256 nonsense',
    'AWS4-HMAC-SHA256 Credential=test/20200101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=00',
  ]
  for (const authorization of signatures) {
    for (const route of ['GET /functions', `GET ${FUNCTIONS}`] as const) {
      t.equal((await call(route, { headers: { authorization } })).status, 200)
    }
  }
})

t.test('Whatever Authorization holds, nothing of it is the fault of the platform', async (t) => {
  const { app } = await start(t)
  const scope = 'hearth/20261126/us-east-1/lambda/aws4_request'
  const pieces = ['AWS4-HMAC-SHA256', ' ', ',', '=', 'Credential=', scope, '/', 'Signature=', '0']
  pieces.push('SignedHeaders=', 'host', ';', '__proto__', '%', 'Bearer ', '\u00e9', 'a'.repeat(999))
  let seed = 7
  const below = (limit: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % limit
  }
  for (let round = 0; round < 500; round += 1) {
    let authorization = below(2) ? 'AWS4-HMAC-SHA256 ' : ''
    for (let count = below(12); count > 0; count -= 1) authorization += pieces[below(pieces.length)]
    const headers = { authorization, 'x-amz-date': '20261126T000000Z' }
    const query = below(2) ? '' : `?X-Amz-Algorithm=${encodeURIComponent(authorization)}`
    const request = { method: 'GET', url: `${FUNCTIONS}${query}`, headers } as InjectOptions
    const { statusCode } = await app.inject(request)
    if (statusCode !== 403) t.fail(`${statusCode} for ${authorization}`)
  }
})
