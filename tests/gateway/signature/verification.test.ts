import { createHmac, hash } from 'node:crypto'
import t from 'tap'
import type { SignedRequest } from '../../../gateway/signature/signed-request.ts'
import { EMPTY_HASH, verifyRequest } from '../../../gateway/signature/verification.ts'
import {
  KEY,
  presignedUrl,
  type SigningOptions,
  signedHeaders,
  signedRequest,
} from '../../fixtures/signing.ts'

const keys = new Map([[KEY.accessKeyId, { ...KEY, statements: [] }]])
const sha256 = (body: string | Buffer) => hash('sha256', body, 'hex')
const HOST = ['Host', '127.0.0.1:4327']

function verify(request: SignedRequest, of: SigningOptions & { now?: Date } = {}) {
  const { service = 'lambda', body = '', now = new Date() } = of
  return verifyRequest(request, { keys, service, bodyHash: sha256(body), now })
}

const ARN = 'arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Aa%3APROD'
const good: Array<[title: string, route: `${string} ${string}`, options?: SigningOptions]> = [
  ['a plain GET', 'GET /2015-03-31/functions'],
  ['a query, out of order and with every kind of mark', 'GET /x?b=2&a=1&B=%2B&c=%20%2F~%C3%A4&d='],
  ['a name with several values', 'DELETE /2017-03-31/tags/x?tagKeys=b&tagKeys=a&tagKeys=b'],
  ['an ARN in the path, encoded', `POST /2015-03-31/functions/${ARN}/invocations`, { body: '{}' }],
  ['a path with marks of its own', "GET /functions/(a)'!*~b"],
  ['a body', 'POST /functions', { body: '{"name":"ä"}' }],
  ['a body without its hash in a header', 'POST /x', { body: 'abc', withoutHashHeader: true }],
  ['headers', 'GET /x', { headers: { 'X-Amz-Log-Type': 'Tail', 'content-type': ' a   b ' } }],
  ['a session token', 'GET /x', { key: { ...KEY, sessionToken: 'token==' } }],
  ['another region', 'GET /x', { region: 'eu-central-1' }],
  ['a word for the body', 'PUT /x', { headers: { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' } }],
  ['another service', 'POST /', { service: 'sts', body: 'Action=GetCallerIdentity' }],
  ['an object', 'PUT /b/a%20b%2Fc//d/../e', { service: 's3', body: 'bytes' }],
  [
    'chunks that are signed one by one',
    'PUT /b/k',
    { service: 's3', headers: { 'X-Amz-Content-Sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' } },
  ],
]

t.test('What the real signer signs is taken, in the header and in the query', async (t) => {
  for (const [title, route, options = {}] of good) {
    const { key } = verify(await signedRequest(route, options), options)
    t.equal(key.accessKeyId, KEY.accessKeyId, title)
    // Its presigned URLs have no hash of the body: see below.
    if (options.service === 's3') continue
    const [method = ''] = route.split(' ')
    const url = await presignedUrl(route, options)
    const rawHeaders = [...HOST, 'content-type', ' a   b ']
    const { signature } = verify({ method, url, rawHeaders }, options)
    t.match(signature, { form: 'query', expiresSeconds: 60 }, `${title}, presigned`)
  }
})

t.test('A presigned URL of S3 is good for any body', async (t) => {
  const headers = { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' }
  const url = await presignedUrl('PUT /b/k', { service: 's3', headers })
  const request = { method: 'PUT', url, rawHeaders: HOST }
  t.doesNotThrow(() => verify(request, { service: 's3', body: 'whatever' }))
})

t.test('Who streams a body to S3 gets what to compare it with', async (t) => {
  const request = await signedRequest('PUT /b/k', { service: 's3', body: 'bytes' })
  const { signature } = verifyRequest(request, { keys, service: 's3' })
  t.equal(signature.payload, sha256('bytes'))
  const lambda = await signedRequest('PUT /b/k', { body: 'bytes' })
  t.throws(() => verifyRequest(lambda, { keys, service: 'lambda' }), {
    code: 'InvalidSignature',
    message: /UNSIGNED-PAYLOAD/,
  })
})

const CHANGES: Array<[title: string, change: (request: SignedRequest) => SignedRequest]> = [
  ['method', (request) => ({ ...request, method: 'PUT' })],
  ['path', (request) => ({ ...request, url: request.url.replace('/f/', '/g/') })],
  ['query', (request) => ({ ...request, url: request.url.replace('a=1', 'a=2') })],
  ['query, by one more', (request) => ({ ...request, url: `${request.url}&x` })],
  ['query, by one less', (request) => ({ ...request, url: request.url.replace('&b=2', '') })],
  ['query, by a plus', (request) => ({ ...request, url: request.url.replace('%2B', '+') })],
  ['host', (request) => withHeader(request, 'host', '127.0.0.1:4328')],
  ['signed header', (request) => withHeader(request, 'x-amz-invocation-type', 'Event')],
  ['header twice', (request) => withMore(request, 'X-Amz-Invocation-Type', 'Event')],
  ['header that nobody signed', (request) => withMore(request, 'X-Amz-Client-Context', 'e30=')],
  ['date', (request) => withHeader(request, 'x-amz-date', other(request, 'x-amz-date'))],
  ['region', (request) => inAuthorization(request, '/us-east-1/', '/us-east-2/')],
  [
    'signature',
    (request) => inAuthorization(request, /.$/, (digit) => (digit === '0' ? '1' : '0')),
  ],
  ['signed headers', (request) => inAuthorization(request, ';x-amz-invocation-type', '')],
]

function withHeader(request: SignedRequest, name: string, value: string): SignedRequest {
  const rawHeaders = [...request.rawHeaders]
  rawHeaders[rawHeaders.indexOf(name) + 1] = value
  return { ...request, rawHeaders }
}

function withMore(request: SignedRequest, ...more: [name: string, value: string]): SignedRequest {
  return { ...request, rawHeaders: [...request.rawHeaders, ...more] }
}

/** Another second of the same day. */
function other({ rawHeaders }: SignedRequest, name: string): string {
  const date = rawHeaders[rawHeaders.indexOf(name) + 1] as string
  return date.replace(/(\d)Z$/, (_, digit) => `${(Number(digit) + 1) % 10}Z`)
}

function inAuthorization(
  request: SignedRequest,
  what: string | RegExp,
  by: string | ((found: string) => string),
): SignedRequest {
  const at = request.rawHeaders.indexOf('authorization') + 1
  const changed = (request.rawHeaders[at] as string).replace(what, by as string)
  return withHeader(request, 'authorization', changed)
}

t.test('Whatever is changed after it was signed is noticed', async (t) => {
  const headers = { 'x-amz-invocation-type': 'RequestResponse' }
  const signed = await signedRequest('POST /f/x?a=1&b=2&c=%2B', { headers, body: 'abc' })
  t.doesNotThrow(() => verify(signed, { body: 'abc' }))
  for (const [title, change] of CHANGES) {
    t.throws(() => verify(change(signed), { body: 'abc' }), { code: 'InvalidSignature' }, title)
  }
  t.throws(() => verify(signed, { body: 'abd' }), { code: 'InvalidSignature' }, 'body')
  const unhashed = await signedRequest('POST /x', { body: 'abc', withoutHashHeader: true })
  t.throws(() => verify(unhashed, { body: 'abd' }), { code: 'InvalidSignature' })
})

t.test('A wrong secret, an unknown key and another service are told apart', async (t) => {
  const wrong = { ...KEY, secretAccessKey: 'another secret of that length' }
  const forged = await signedRequest('GET /x', { key: wrong })
  t.throws(() => verify(forged), {
    code: 'InvalidSignature',
    message: /^The request signature we calculated does not match the signature you provided\./,
    details: { fault: 'mismatch' },
  })
  const unknown = { ...KEY, accessKeyId: 'nobody' }
  const strange = await signedRequest('GET /x', { key: unknown })
  t.throws(() => verify(strange), {
    code: 'UnrecognizedClient',
    message: 'The security token included in the request is invalid.',
  })
  const elsewhere = await signedRequest('GET /x', { service: 'dynamodb' })
  t.throws(() => verify(elsewhere), {
    code: 'InvalidSignature',
    message: "Credential should be scoped to correct service: 'lambda'.",
  })
})

const NOW = new Date('2026-11-26T02:00:00Z')
const times: Array<[minutes: number, expected: RegExp | undefined]> = [
  [0, undefined],
  [-15, undefined],
  [15, undefined],
  [
    -16,
    /^Signature expired: 20261126T014400Z is now earlier than 20261126T014500Z \(20261126T020000Z - 15 min\.\)$/,
  ],
  [
    16,
    /^Signature not yet current: 20261126T021600Z is still later than 20261126T021500Z \(20261126T020000Z \+ 15 min\.\)$/,
  ],
]

t.test('A signature is good for fifteen minutes on either side', async (t) => {
  for (const [minutes, expected] of times) {
    const date = new Date(NOW.getTime() + minutes * 60_000)
    const request = await signedRequest('GET /x', { date })
    const verified = () => verify(request, { now: NOW })
    if (expected === undefined) t.doesNotThrow(verified)
    else t.throws(verified, { code: 'InvalidSignature', message: expected })
  }
})

t.test('A presigned URL is good for as long as it says', async (t) => {
  const date = new Date(NOW.getTime() - 3_600_000)
  for (const [expiresIn, passes] of [
    [3600, true],
    [3599, false],
  ] as const) {
    const url = await presignedUrl('GET /x', { date, expiresIn })
    const verified = () => verify({ method: 'GET', url, rawHeaders: HOST }, { now: NOW })
    if (passes) t.doesNotThrow(verified)
    else t.throws(verified, { code: 'InvalidSignature', message: /^Signature expired: / })
  }
  const early = await presignedUrl('GET /x', { date: new Date(NOW.getTime() + 16 * 60_000) })
  t.throws(() => verify({ method: 'GET', url: early, rawHeaders: HOST }, { now: NOW }), {
    message: /^Signature not yet current/,
  })
})

t.test('The day of the scope is the day of the date', async (t) => {
  const request = await signedRequest('GET /x', { date: NOW })
  const changed = inAuthorization(request, '/20261126/', '/20261125/')
  t.throws(() => verify(changed, { now: NOW }), {
    message: /does not match YYYYMMDD .* '20261125' != '20261126', from '20261126T020000Z'/,
  })
})

t.test('Who does not sign the host, by whatever right secret, is refused', async (t) => {
  const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text)
  const date = '20261126T020000Z'
  const scope = '20261126/us-east-1/lambda/aws4_request'
  const canonical = `GET\n/x\n\nx-amz-date:${date}\n\nx-amz-date\n${EMPTY_HASH}`
  const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`
  const key = scope
    .split('/')
    .reduce<string | Buffer>((made, part) => mac(made, part).digest(), `AWS4${KEY.secretAccessKey}`)
  const authorization = `AWS4-HMAC-SHA256 Credential=${KEY.accessKeyId}/${scope},SignedHeaders=x-amz-date,Signature=${mac(key, text).digest('hex')}`
  const rawHeaders = [...HOST, 'x-amz-date', date, 'authorization', authorization]
  t.throws(() => verify({ method: 'GET', url: '/x', rawHeaders }, { now: NOW }), {
    message: /'Host' must be a 'SignedHeader'/,
  })
})

t.test('Words for a body that streams are for S3 alone', async (t) => {
  for (const word of ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER']) {
    const headers = { 'x-amz-content-sha256': word }
    const request = await signedRequest('PUT /x', { headers })
    t.throws(() => verify(request), { code: 'InvalidSignature', message: /for S3 alone/ })
  }
})

t.test('A query of very many parameters is refused before it is signed', async (t) => {
  const headers = await signedHeaders('GET /x')
  const url = `/x?${'a&'.repeat(5000)}`
  const request = { method: 'GET', url, rawHeaders: Object.entries(headers).flat() }
  t.throws(() => verify(request), { code: 'IncompleteSignature', message: /at most 200/ })
})
