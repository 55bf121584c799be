import t from 'tap'
import { startFunctionAddress } from '../../fixtures/function-address.ts'

const { call, create, link, port, send, lastEvent, answerWith } = await startFunctionAddress(t)

t.test('a function gets one address, which it keeps', async (t) => {
  await create('home')
  t.equal((await call('GET /functions/home/url')).status, 404)
  const answers = await Promise.all([
    call('PUT /functions/home/url'),
    call('PUT /functions/home/url'),
  ])
  const [first, second] = answers.map(({ body }) => body)
  t.strictSame(first, second)
  t.equal(first.url, `http://${first.urlId}.lambda-url.localhost:4327/`)
  t.strictSame((await call('PUT /functions/home/url')).body, first)
  t.strictSame((await call('GET /functions/home/url')).body, first)
  t.equal((await call('PUT /functions/home/url')).status, 200)
  t.match((await call('PUT /functions/nobody/url')).body.error, { code: 'FunctionNotFound' })
})

t.test('how an address serves is set with it, or later; what is not sent stays', async (t) => {
  await create('set')
  const cors = { AllowOrigins: ['https://example.com'], MaxAge: 60 }
  const put = async (json: object) => (await call('PUT /functions/set/url', { json })).body
  const plain = await put({})
  t.match(plain, { functionName: 'set', authType: 'NONE', invokeMode: 'BUFFERED' })
  t.notOk('cors' in plain)
  t.match(await put({ authType: 'AWS_IAM', cors }), { authType: 'AWS_IAM', cors })
  const changed = await put({ invokeMode: 'RESPONSE_STREAM' })
  t.match(changed, { authType: 'AWS_IAM', invokeMode: 'RESPONSE_STREAM', cors, url: plain.url })
  t.match(await put({}), changed)
  t.match((await call('GET /functions/set/url')).body, changed)
  const open = await put({ authType: 'NONE', cors: {} })
  t.match(open, { authType: 'NONE' })
  t.notOk('cors' in open, 'empty rules are none')
  for (const [json, reason] of [
    [{ authType: 'BASIC' }, /authType/],
    [{ cors: { AllowMethods: ['OPTIONS'] } }, /AllowMethods/],
    [{ cors: { AllowMethods: ['FETCH'] } }, /FETCH/],
    [{ cors: { AllowOrigin: [] } }, /AllowOrigin/],
    [{ port: 1 }, /port/],
  ] as const) {
    const { status, body } = await call('PUT /functions/set/url', { json })
    t.match([status, body.error.message], [400, reason], JSON.stringify(json))
  }
})

t.test('an alias has an address of its own, and is what is called there', async (t) => {
  await create('cafe')
  await call('POST /functions/cafe/versions', { json: {} })
  await call('PUT /functions/cafe/aliases/live', { json: { functionVersion: '1' } })
  const own = (await call('PUT /functions/cafe/url?qualifier=live')).body
  t.match(own, { functionName: 'cafe', qualifier: 'live' })
  t.equal((await call('GET /functions/cafe/url')).status, 404)
  t.strictSame((await call('GET /functions/cafe/url?qualifier=live')).body, own)
  answerWith('ok')
  await send(`GET / HTTP/1.1\nhost: ${own.urlId}.lambda-url.localhost:${port}`)
  t.match(link.requests.at(-1), { functionName: 'cafe', qualifier: 'live' })
  t.match(lastEvent().requestContext, { apiId: own.urlId, domainPrefix: own.urlId })
  t.equal((await call('PUT /functions/cafe/url?qualifier=1')).status, 400)
  t.match((await call('PUT /functions/cafe/url?qualifier=nope')).body.error, {
    code: 'FunctionNotFound',
  })
  t.equal((await call('DELETE /functions/cafe/url?qualifier=live')).status, 204)
  t.match(await call('GET /functions/cafe/url?qualifier=live'), {
    status: 404,
    body: { error: { message: 'There is no function URL of "cafe:live"' } },
  })
})
