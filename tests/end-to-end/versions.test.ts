import t from 'tap'
import type { Invocation } from '../../core/invocations/invocation.ts'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { type Answer, eventually, rest } from '../fixtures/rest.ts'

const platform = await startPlatform({ RETRY_DELAY_SECONDS: '0' })
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)
const at = (path: string) => `${platform.url}/functions/${path}`

const SOURCE = (answer: string) => `
  export const handler = async (event, context) => {
    if (event.fail) throw new Error('as asked')
    const { functionVersion, invokedFunctionArn } = context
    return { answer: '${answer}', version: functionVersion, arn: invokedFunctionArn, event }
  }`

async function change(name: string, answer: string): Promise<void> {
  const { status } = await rest(at(`${name}/code`), {
    method: 'PUT',
    body: { source: SOURCE(answer) },
  })
  t.equal(status, 200)
}

const publish = (name: string, body: object = {}) => rest(at(`${name}/versions`), { body })
const point = (name: string, alias: string, body: object) =>
  rest(at(`${name}/aliases/${alias}`), { method: 'PUT', body })
const invoke = (name: string, qualifier: string, event: unknown = {}) =>
  rest(at(`${name}/invocations?qualifier=${qualifier}`), { body: event })

t.test('versions stay as they were published; an alias moves between them', async (t) => {
  await functions.create('shop', SOURCE('one'))
  t.match(await publish('shop', { description: 'first' }), {
    status: 201,
    body: { version: '1', description: 'first', arn: /:function:shop:1$/ },
  })
  t.match((await publish('shop')).body, { version: '1' }, 'nothing has changed')
  await change('shop', 'two')
  t.match((await publish('shop')).body, { version: '2' })
  await change('shop', 'three')
  for (const [qualifier, answer] of [
    ['1', 'one'],
    ['2', 'two'],
    ['$LATEST', 'three'],
  ]) {
    t.match((await invoke('shop', String(qualifier))).body, { answer, version: qualifier })
  }
  t.match(await point('shop', 'live', { functionVersion: '1' }), { status: 201 })
  t.match((await invoke('shop', 'live')).body, {
    answer: 'one',
    version: '1',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:shop:live',
  })
  t.match(await point('shop', 'live', { functionVersion: '2' }), { status: 200 })
  t.match((await invoke('shop', 'live')).body, { answer: 'two' }, 'no old answer follows')
  t.match(await rest(at('shop?qualifier=live')), { body: { version: '2' } })
  await platform.end()
  await platform.start()
  t.match((await invoke('shop', 'live')).body, { answer: 'two', version: '2' })
})

t.test('a version is restored in one step, and what counts for the whole stays', async (t) => {
  await functions.create('back', SOURCE('one'), {
    environment: { STAGE: 'one' },
    egress: 'none',
    tags: { team: 'a' },
  })
  await publish('back', { description: 'first' })
  const other = {
    environment: { STAGE: 'two' },
    egress: 'public',
    concurrency: 8,
    timeoutSeconds: 9,
    tags: { team: 'b' },
    description: 'now',
  }
  await rest(at('back'), { method: 'PATCH', body: other })
  await change('back', 'two')
  t.match((await invoke('back', '$LATEST')).body, { answer: 'two' })
  const restored = await rest(at('back/versions/1/restore'), { body: {} })
  t.equal(restored.status, 200, restored.text)
  const { tags, description } = other
  t.match(restored.body, {
    version: '$LATEST',
    environment: { STAGE: 'one' },
    egress: 'none',
    concurrency: 1,
    timeoutSeconds: 3,
    tags,
    description,
  })
  t.match((await invoke('back', '$LATEST')).body, { answer: 'one', version: '$LATEST' })
  t.match((await publish('back')).body, { version: '1' }, 'it is that state again')
  const unknown = await rest(at('back/versions/7/restore'), { body: {} })
  t.match(unknown.body, { error: { code: 'FunctionNotFound' } })
})

t.test('a change that knows another state is refused, and changes nothing', async (t) => {
  await functions.create('known', SOURCE('one'))
  const { revisionId } = (await rest<{ revisionId: string }>(at('known'))).body
  const changed = await rest(at(`known?revisionId=${revisionId}`), {
    method: 'PATCH',
    body: { memoryMb: 256 },
  })
  t.equal(changed.status, 200)
  await publish('known')
  const calls = [
    rest(at(`known?revisionId=${revisionId}`), { method: 'PATCH', body: { memoryMb: 512 } }),
    rest(at(`known/code?revisionId=${revisionId}`), {
      method: 'PUT',
      body: { source: SOURCE('two') },
    }),
    rest(at(`known/versions/1/restore?revisionId=${revisionId}`), { body: {} }),
  ]
  for (const { status, body } of await Promise.all(calls)) {
    t.equal(status, 412)
    t.match(body, { error: { code: 'RevisionMismatch', remedy: /revisionId/ } })
  }
  t.match((await rest(at('known'))).body, { memoryMb: 256 })
  t.match((await invoke('known', '$LATEST')).body, { answer: 'one' })
})

t.test('weights share the invocations of an alias between two versions', async (t) => {
  await point('shop', 'canary', { functionVersion: '1', weights: { 2: 0.5 } })
  const seen = new Map<string, number>()
  for (let n = 0; n < 60; n += 1) {
    const { version } = (await invoke('shop', 'canary')).body as { version: string }
    seen.set(version, (seen.get(version) ?? 0) + 1)
  }
  t.strictSame([...seen.keys()].sort(), ['1', '2'])
  await point('shop', 'canary', { functionVersion: '1', weights: { 2: 1 } })
  for (let n = 0; n < 10; n += 1) t.match((await invoke('shop', 'canary')).body, { version: '2' })
})

t.test('what cannot be is refused in plain words', async (t) => {
  const cases: [Promise<Answer>, number, RegExp][] = [
    [invoke('shop', '9'), 404, /"shop:9" does not exist/],
    [invoke('shop', 'none'), 404, /"shop:none" does not exist/],
    [point('shop', 'x', { functionVersion: '9' }), 404, /"shop:9"/],
    [point('nobody', 'x', { functionVersion: '$LATEST' }), 404, /"nobody"/],
    [point('shop', '12', { functionVersion: '1' }), 400, /not digits alone/],
    [point('shop', 'x', { functionVersion: '1', weights: { 1: 0.5 } }), 400, /already/],
    [point('shop', 'x', { functionVersion: '$LATEST', weights: { 1: 0.5 } }), 400, /published/],
    [point('shop', 'live', { functionVersion: '1', revisionId: 'no' }), 412, /Revision Id/],
    [publish('shop', { codeSha256: 'other' }), 400, /CodeSHA256/],
    [rest(at('shop/versions/2'), { method: 'DELETE' }), 409, /has the alias/],
    [rest(at('shop/versions/9'), { method: 'DELETE' }), 404, /"shop:9"/],
    [rest(at('shop/aliases/none'), { method: 'DELETE' }), 404, /no alias "none"/],
  ]
  for (const [asked, status, message] of cases) {
    const { body, ...answer } = await asked
    t.equal(answer.status, status, JSON.stringify(body))
    t.match((body as { error: { message: string } }).error.message, message)
  }
})

t.test('events of an alias run what it points at, and end as it wants', async (t) => {
  await functions.create('told', 'export const handler = async (event) => event')
  await point('shop', 'jobs', { functionVersion: '1' })
  const configured = await rest(at('shop/async-configuration?qualifier=jobs'), {
    method: 'PUT',
    body: {
      maximumRetryAttempts: 0,
      onSuccess: { type: 'function', functionName: 'told' },
    },
  })
  t.equal(configured.status, 200)
  const accept = async (event: object) => {
    const { body } = await rest(at('shop/invocations?qualifier=jobs'), {
      body: event,
      headers: { prefer: 'respond-async' },
    })
    return String(body.id)
  }
  const good = await accept({ n: 1 })
  t.match(await functions.ended(good), {
    functionName: 'shop',
    qualifier: 'jobs',
    version: '1',
    state: 'succeeded',
    result: { answer: 'one' },
  })
  const told = await eventually('the destination runs', async () => {
    const { body } = await rest<{ invocations: Invocation[] }>(at('told/invocations'))
    return body.invocations[0]
  })
  t.match(await functions.ended(told.id), {
    result: { requestContext: { functionArn: /:function:shop:jobs$/, condition: 'Success' } },
  })
  const bad = await accept({ fail: true })
  t.match(await functions.ended(bad), { state: 'failed', attempts: [{}] })
  const dead = await rest<{ invocations: Invocation[] }>(at('shop/dead-letters?qualifier=jobs'))
  t.strictSame(
    dead.body.invocations.map(({ id }) => id),
    [bad],
  )
  t.match((await rest(at('shop/dead-letters'))).body, { invocations: [] })
  t.match(await rest(at('shop/dead-letters/redrive?qualifier=jobs'), { method: 'POST' }), {
    body: { redriven: 1, left: 0 },
  })
})

t.test('a trigger may name an alias', async (t) => {
  const trigger = { type: 'event', qualifier: 'jobs', pattern: { type: ['order'] } }
  t.equal((await rest(at('shop/triggers'), { body: trigger })).status, 201)
  const event = { specversion: '1.0', id: 'o-1', source: '/shop', type: 'order', data: {} }
  const { body } = await rest<{ invocations: { id: string }[] }>(`${platform.url}/events`, {
    body: event,
    headers: { 'content-type': 'application/cloudevents+json' },
  })
  t.match(await functions.ended(String(body.invocations[0]?.id)), {
    qualifier: 'jobs',
    version: '1',
    result: { answer: 'one' },
  })
})

t.test('with an alias its waiting events go, with a version its sandboxes', async (t) => {
  await functions.create('brief', SOURCE('one'), { reservedConcurrency: 0 })
  await publish('brief')
  await point('brief', 'soon', { functionVersion: '1' })
  const { body } = await rest(at('brief/invocations?qualifier=soon'), {
    body: {},
    headers: { prefer: 'respond-async' },
  })
  t.equal((await rest(at('brief/aliases/soon'), { method: 'DELETE' })).status, 204)
  t.match(await functions.ended(String(body.id)), {
    state: 'failed',
    error: { errorType: 'FunctionNotFound', errorMessage: /Alias "soon" was deleted/ },
  })
  t.equal((await rest(at('brief/versions/1'), { method: 'DELETE' })).status, 204)
  t.equal((await invoke('brief', '1')).status, 404)
  await change('brief', 'two')
  t.match((await publish('brief')).body, { version: '2' }, 'no number is used twice')
})
