import t from 'tap'
import { type GatewayFixture, startGateway } from '../../fixtures/gateway.ts'
import { ACCOUNT, createFunction } from '../../fixtures/lambda.ts'

const F = `${ACCOUNT}:function:f`
const TAGS = `/2017-03-31/tags/${encodeURIComponent(F)}`
const EVENTS = '/2019-09-25/functions/f/event-invoke-config'
const MAPPINGS = '/2015-03-31/event-source-mappings'

const EMPTY: [route: `${string} ${string}`, json?: unknown][] = [
  [`POST ${TAGS}`, { Tags: { a: 'b' } }],
  [`DELETE ${TAGS}?tagKeys=a&tagKeys=c`],
  ['DELETE /2017-10-31/functions/f/concurrency'],
  [`DELETE ${EVENTS}`],
  ['DELETE /2015-03-31/functions/f/aliases/prod'],
  ['DELETE /2015-03-31/functions/f'],
]

t.test('where there is nothing to say, the answer is 204, and has no body', async (t) => {
  const gateway = await startGateway(t)
  await createFunction(gateway, 'f')
  await gateway.call(`PUT ${EVENTS}`, { json: { MaximumRetryAttempts: 0 } })
  for (const [route, json] of EMPTY) {
    const answer = await gateway.call(route, json === undefined ? {} : { json })
    t.equal(answer.status, 204, route)
    t.equal(answer.text, '', route)
    t.match(answer.headers['x-amzn-requestid'], /^[0-9a-f-]{36}$/, route)
  }
})

t.test('the id of a request is its own, and is the handler’s of an invocation', async (t) => {
  const gateway = await startGateway(t)
  await createFunction(gateway, 'f')
  const answer = await gateway.call('POST /2015-03-31/functions/f/invocations', { payload: '{}' })
  t.equal(answer.headers['x-amzn-requestid'], gateway.link.requests[0]?.id)
})

t.test('times are epoch seconds where Lambda’s shape says so, and text elsewhere', async (t) => {
  const gateway = await startGateway(t)
  const created = await createFunction(gateway, 'f')
  t.match(created.body.LastModified, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/)
  const events = await gateway.call(`PUT ${EVENTS}`, { json: { MaximumRetryAttempts: 0 } })
  const mapping = await gateway.call(`POST ${MAPPINGS}`, {
    json: { FunctionName: 'f', EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:q' },
  })
  for (const { body } of [events, mapping]) {
    const age = Date.now() / 1000 - body.LastModified
    t.ok(age >= 0 && age < 3600, `${body.LastModified} is seconds`)
  }
})

type List = [path: `/${string}`, items: string, make: (gateway: GatewayFixture) => Promise<unknown>]

const each = (makes: (() => Promise<unknown>)[]) =>
  makes.reduce<Promise<unknown>>((before, make) => before.then(make), Promise.resolve())

const LISTS: List[] = [
  [
    '/2015-03-31/functions',
    'Functions',
    (of) => each(['b', 'c'].map((n) => () => createFunction(of, n))),
  ],
  [
    '/2015-03-31/functions/f/aliases',
    'Aliases',
    ({ call }) =>
      each(
        ['a', 'b', 'c'].map(
          (Name) => () =>
            call('POST /2015-03-31/functions/f/aliases', {
              json: { Name, FunctionVersion: '$LATEST' },
            }),
        ),
      ),
  ],
  [
    '/2015-03-31/functions/f/versions',
    'Versions',
    ({ call }) =>
      each(
        [1, 2].flatMap((MemorySize) => [
          () =>
            call('PUT /2015-03-31/functions/f/configuration', {
              json: { MemorySize: 128 + MemorySize },
            }),
          () => call('POST /2015-03-31/functions/f/versions', { json: {} }),
        ]),
      ),
  ],
  [
    `${EVENTS}/list`,
    'FunctionEventInvokeConfigs',
    ({ call }) =>
      each(
        ['a', 'b', '$LATEST'].map(
          (qualifier) => () =>
            call(`PUT ${EVENTS}?Qualifier=${qualifier}`, { json: { MaximumRetryAttempts: 0 } }),
        ),
      ),
  ],
  [
    MAPPINGS,
    'EventSourceMappings',
    ({ call }) =>
      each(
        ['a', 'b', 'c'].map(
          (queue) => () =>
            call(`POST ${MAPPINGS}`, {
              json: {
                FunctionName: 'f',
                EventSourceArn: `arn:aws:sqs:us-east-1:000000000000:${queue}`,
              },
            }),
        ),
      ),
  ],
]

t.test('lists come by pages, and the last page has no marker at all', async (t) => {
  const gateway = await startGateway(t)
  await createFunction(gateway, 'f')
  for (const [path, items, make] of LISTS) {
    await make(gateway)
    const whole = await gateway.call(`GET ${path}`)
    t.equal(whole.body[items].length, 3, path)
    t.notOk('NextMarker' in whole.body, `${path}: on the only page`)
    const seen: unknown[] = []
    let marker: string | undefined
    do {
      const query = marker === undefined ? '' : `&Marker=${encodeURIComponent(marker)}`
      const { body } = await gateway.call(`GET ${path}?MaxItems=1${query}`)
      t.equal(body[items].length, 1, `${path}: each page has one`)
      seen.push(...body[items])
      marker = body.NextMarker
    } while (marker !== undefined && seen.length < 10)
    t.same(seen, whole.body[items], path)
  }
})

t.test('a body may come without a type, as another one, or not at all', async (t) => {
  const gateway = await startGateway(t)
  await createFunction(gateway, 'f')
  for (const headers of [{}, { 'content-type': 'application/octet-stream' }]) {
    const payload = '{"ReservedConcurrentExecutions": 3}'
    const put = 'PUT /2017-10-31/functions/f/concurrency'
    t.same((await gateway.call(put, { payload, headers })).body, {
      ReservedConcurrentExecutions: 3,
    })
  }
  const headers = { 'content-type': 'application/json' }
  const published = await gateway.call('POST /2015-03-31/functions/f/versions', { headers })
  t.equal(published.body.Version, '1')
})

t.test('what could not be read again is not taken, over neither face', async (t) => {
  const gateway = await startGateway(t)
  await createFunction(gateway, 'f')
  for (const text of ['"\\ud800"', '"a\\uDFFFb"', '{"__proto__":"x"}', '{"\\u005f_proto__":"x"}']) {
    const payload = `{"Tags":{"a":${text}},"tags":{"a":${text}}}`
    const tagged = await gateway.call(`POST ${TAGS}`, { payload })
    t.equal(tagged.status, 400, text)
    t.equal(tagged.headers['x-amzn-errortype'], 'SerializationException', text)
    const headers = { 'content-type': 'application/json' }
    const patched = await gateway.call('PATCH /functions/f', { payload, headers })
    t.equal(patched.body?.error.code, 'InvalidJson', text)
  }
  const whole = '{"Tags":{"a":"\\ud83d\\ude00"}}'
  t.equal(
    (await gateway.call(`POST ${TAGS}`, { payload: whole })).status,
    204,
    'a whole pair is text',
  )
  t.same((await gateway.call(`GET ${TAGS}`)).body, { Tags: { a: '😀' } })
})
