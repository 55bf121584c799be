import { join } from 'node:path'
import t from 'tap'
import { HearthError } from '../../core/errors.ts'
import {
  DEFAULT_CONFIGURATION,
  type FunctionDefinition,
  functionArn,
} from '../../core/functions/function.ts'
import { createUrl } from '../../gateway/functions/urls.ts'
import { bodyOf, startFunctionAddress } from '../fixtures/function-address.ts'
import { startGateway } from '../fixtures/gateway.ts'
import { KEY, type SigningOptions, signedHeaders } from '../fixtures/signing.ts'

const { call, hostOf, link, send, lastEvent, answerWith } = await startFunctionAddress(t)
const host = await hostOf('page')

t.test('a preflight is answered by the rules, and asks no function', async (t) => {
  const cors = {
    AllowOrigins: ['https://example.com'],
    AllowMethods: ['GET', 'PUT'],
    AllowHeaders: ['x-own'],
    MaxAge: 60,
  }
  const apiHost = await hostOf('api', { authType: 'AWS_IAM', cors })
  const count = link.requests.length
  const asked = 'origin: https://example.com\naccess-control-request-method: PUT'
  const answer = await send(`OPTIONS /x HTTP/1.1\nhost: ${apiHost}\n${asked}`)
  t.match(answer, /^HTTP\/1.1 200 OK/)
  t.match(answer, /\r\naccess-control-allow-origin: https:\/\/example.com\r\n/)
  t.match(answer, /\r\naccess-control-allow-methods: GET,PUT\r\n/)
  t.match(answer, /\r\naccess-control-max-age: 60\r\n/)
  t.equal(bodyOf(answer), '')
  t.equal(link.requests.length, count)
  answerWith('ok')
  t.match(await send(`OPTIONS / HTTP/1.1\nhost: ${host}\n${asked}`), /ok$/, 'without rules it is')
  t.equal(link.requests.length, count + 1)
})

t.test('the rules of an address stand beside what the function says', async (t) => {
  const cors = { AllowOrigins: ['*'], AllowCredentials: true, ExposeHeaders: ['date', 'x-own'] }
  await call('PUT /functions/page/url', { json: { cors } })
  t.teardown(() => call('PUT /functions/page/url', { json: { cors: {} } }))
  answerWith({ statusCode: 200, headers: { 'Access-Control-Allow-Origin': '*', 'X-Own': 'a' } })
  const get = (headers: string) => send(`GET / HTTP/1.1\nhost: ${host}${headers}`)
  const answer = await get('\norigin: http://localhost:3000')
  t.match(answer, /\r\naccess-control-allow-origin: http:\/\/localhost:3000\r\n/)
  t.match(answer, /\r\naccess-control-allow-origin: \*\r\n/, 'twice, as on Lambda')
  t.match(answer, /\r\naccess-control-allow-credentials: true\r\n/)
  t.match(answer, /\r\naccess-control-expose-headers: date,x-own\r\n/)
  t.match(answer, /\r\nx-own: a\r\n/)
  t.match(await get(''), /\r\naccess-control-allow-origin: \*\r\n/, 'of the function alone')
  link.answer = () => ({ functionError: { errorType: 'Error', errorMessage: 'x', trace: [] } })
  const failed = await get('\norigin: http://localhost:3000')
  t.match(failed, /^HTTP\/1.1 502 .*allow-origin: http:\/\/localhost:3000\r\n/s)
  link.answer = () => {
    throw new HearthError('TooManyRequests', { name: 'page', reason: 'busy' })
  }
  const busy = await get('\norigin: http://localhost:3000')
  t.match(busy, /^HTTP\/1.1 429 .*allow-origin: http:\/\/localhost:3000\r\n/s)
})

t.test('without a key an address of type AWS_IAM takes what this machine sends', async (t) => {
  const mineHost = await hostOf('mine', { authType: 'AWS_IAM' })
  const get = (headers = '') => send(`GET / HTTP/1.1\nhost: ${mineHost}${headers}`)
  answerWith('ok')
  t.match(await get('\nauthorization: AWS4-HMAC-SHA256 Credential=x'), /ok$/)
  const { requestContext, headers } = lastEvent()
  const account = '000000000000'
  t.equal(requestContext.accountId, account)
  t.strictSame(requestContext.authorizer.iam, {
    accessKey: '',
    accountId: account,
    callerId: account,
    userArn: `arn:aws:iam::${account}:root`,
    userId: account,
    cognitoIdentity: null,
    principalOrgId: null,
  })
  t.notOk('authorization' in headers)
  for (const own of [
    `\norigin: http://${mineHost}`,
    '\norigin: http://localhost:3000',
    '\nsec-fetch-site: cross-site\nsec-fetch-mode: navigate',
  ]) {
    t.match(await get(own), /ok$/, own)
  }
  const count = link.requests.length
  for (const foreign of [
    '\norigin: https://example.com',
    '\norigin: null',
    `\norigin: http://${host}`,
    '\nsec-fetch-site: cross-site\nsec-fetch-mode: no-cors',
  ]) {
    const refused = await get(foreign)
    t.match(refused, /^HTTP\/1.1 403 .*x-amzn-errortype: AccessDeniedException/is, foreign)
    t.equal(
      bodyOf(refused),
      '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}',
    )
  }
  t.equal(link.requests.length, count)
})

t.test('with a key an address of type AWS_IAM wants it, and does not pass it on', async (t) => {
  const guarded = await startGateway(t, { apiKey: 'the-key-of-this-test' })
  const headers = { authorization: 'Bearer the-key-of-this-test' }
  const json = { name: 'mine', source: 'export const handler = async () => 1' }
  await guarded.call('POST /functions', { json, headers })
  const made = await guarded.call('PUT /functions/mine/url', {
    json: { authType: 'AWS_IAM' },
    headers,
  })
  const own = { host: `${made.body.urlId}.lambda-url.localhost` }
  t.match(await guarded.call('GET /', { headers: own }), {
    status: 403,
    body: { Message: /^Forbidden/ },
  })
  const wrong = { ...own, authorization: 'Bearer another-key-of-a-test' }
  t.equal((await guarded.call('GET /', { headers: wrong })).status, 403)
  t.equal(guarded.link.requests.length, 0)
  t.equal((await guarded.call('GET /', { headers: { ...own, ...headers } })).status, 200)
  t.notMatch(guarded.link.requests[0]?.event.toString(), /the-key-of-this-test/)
  await guarded.call('PUT /functions/mine/url', { json: { authType: 'NONE' }, headers })
  t.equal((await guarded.call('GET /', { headers: own })).status, 200)
})

t.test('with access keys an address of type AWS_IAM wants a signature that is right', async (t) => {
  const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:'
  const other = { accessKeyId: 'other', secretAccessKey: 'another secret of enough length' }
  const actions = ['lambda:InvokeFunctionUrl']
  const keys = [
    { ...KEY, statements: [{ actions, resources: [`${ARN}mine`] }] },
    { ...other, statements: [{ actions, resources: [`${ARN}yours`] }] },
  ]
  const file = join(t.testdir({ 'keys.json': JSON.stringify({ keys }) }), 'keys.json')
  const { parts, call, link } = await startGateway(t, { accessKeysFile: file })
  await parts.functions.create(definitionOf('mine'))
  const settings = { authType: 'AWS_IAM', invokeMode: 'BUFFERED' } as const
  const { urlId } = await createUrl(parts, { functionName: 'mine' }, settings)
  const host = `${urlId}.lambda-url.localhost`
  const ask = async (signing: SigningOptions, payload = 'hello') => {
    const headers = await signedHeaders('POST /a', { body: 'hello', headers: { host }, ...signing })
    return call('POST /a', { headers, payload })
  }
  t.equal((await call('POST /a', { headers: { host }, payload: 'hello' })).status, 403, 'unsigned')
  const wrong = { ...KEY, secretAccessKey: 'not the secret of this key' }
  const forged = await ask({ key: wrong })
  t.match(forged, { status: 403, body: { Message: /signature we calculated does not match/ } })
  t.equal((await ask({}, 'changed')).status, 403, 'another body')
  t.match(await ask({ key: other }), { status: 403, body: { Message: /^Forbidden/ } })
  t.match(await ask({ key: { ...other, accessKeyId: 'nobody' } }), { status: 403 })
  t.equal(link.requests.length, 0)
  t.equal((await ask({})).status, 200)
  const event = JSON.parse(String(link.requests[0]?.event))
  t.match(event.requestContext.authorizer.iam, {
    accessKey: KEY.accessKeyId,
    userArn: `arn:aws:iam::000000000000:user/${KEY.accessKeyId}`,
  })
})

function definitionOf(name: string): FunctionDefinition {
  const now = new Date().toISOString()
  return {
    ...DEFAULT_CONFIGURATION,
    name,
    arn: functionArn(name),
    codeSha256: 'x',
    codeSize: 1,
    version: '$LATEST',
    state: 'Active',
    revisionId: 'r1',
    createdAt: now,
    lastModified: now,
  }
}
