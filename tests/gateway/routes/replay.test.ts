import t from 'tap'
import { startGateway } from '../../fixtures/gateway.ts'
import { addEnded, createFunction, endedRecord } from '../../fixtures/journal.ts'

t.test('an asynchronous invocation is replayed with its event as it is', async (t) => {
  const { call, create, parts } = await startGateway(t)
  await create('f')
  const event = '{"id":12345678901234567890,"a":1}'
  const headers = { prefer: 'respond-async' }
  const { id } = (await call('POST /functions/f/invocations', { payload: event, headers })).body
  const replayed = await call(`POST /invocations/${id}/replay`, { json: {} })
  t.equal(replayed.status, 202)
  t.match(replayed.body, { state: 'queued' })
  t.equal(replayed.headers.location, `/invocations/${replayed.body.id}`)
  t.match((await call(`GET /invocations/${replayed.body.id}`)).body, {
    functionName: 'f',
    cause: { kind: 'replay', detail: id },
  })
  t.equal(String((await parts.invocations.readEvent(replayed.body.id))?.event), event)
})

t.test(
  'a synchronous one is replayed where its event was kept, and called as it was',
  async (t) => {
    const { call, redis, parts } = await startGateway(t)
    await createFunction(redis.redis, 'f')
    await call('POST /functions/f/versions', { json: {} })
    const kept = endedRecord({ qualifier: '1', version: '1', bodies: { event: '{"a":1}' } })
    const plain = endedRecord()
    const large = endedRecord({ bodies: { eventOmitted: 'It has 70000 bytes' } })
    addEnded(parts.journal, [kept, plain, large])
    const replayed = await call(`POST /invocations/${kept.id}/replay`, { json: {} })
    t.match((await call(`GET /invocations/${replayed.body.id}`)).body, { qualifier: '1' })
    const latest = await call(`POST /invocations/${kept.id}/replay`, {
      json: { qualifier: '$LATEST' },
    })
    t.equal((await call(`GET /invocations/${latest.body.id}`)).body.qualifier, undefined)
    const without = await call(`POST /invocations/${plain.id}/replay`, { json: {} })
    t.equal(without.status, 409)
    t.match(without.body, { error: { code: 'EventNotKept', message: /its event was not kept/ } })
    const tooLarge = await call(`POST /invocations/${large.id}/replay`, { json: {} })
    t.match(tooLarge.body, { error: { code: 'EventNotKept', message: /70000 bytes/ } })
  },
)

t.test('what cannot be replayed says why', async (t) => {
  const { call, redis, parts } = await startGateway(t)
  await createFunction(redis.redis, 'f')
  const kept = endedRecord({ bodies: { event: '{}' } })
  addEnded(parts.journal, [kept])
  const unknown = await call('POST /invocations/00000000-0000-0000-0000-000000000000/replay', {
    json: {},
  })
  t.equal(unknown.status, 404)
  const version = await call(`POST /invocations/${kept.id}/replay`, { json: { qualifier: '7' } })
  t.equal(version.status, 404)
  t.match(version.body, { error: { code: 'FunctionNotFound', message: /f:7/ } })
  const wrong = await call(`POST /invocations/${kept.id}/replay`, { json: { version: 7 } })
  t.equal(wrong.status, 400)
})

t.test('invocations are looked for by what the query names, and mistakes are told', async (t) => {
  const { call, redis, parts } = await startGateway(t)
  await createFunction(redis.redis, 'f')
  const failed = endedRecord({ errorType: 'TypeError', errorMessage: 'no' })
  addEnded(parts.journal, [endedRecord(), failed])
  const found = async (query: string) =>
    (await call(`GET /invocations?${query}`)).body.invocations.map(({ id }: { id: string }) => id)
  t.strictSame(await found('function=f&state=failed&error=TypeError&start=warm&trigger=request'), [
    failed.id,
  ])
  t.strictSame(await found('function=f&from=2999-01-01'), [])
  t.strictSame(await found('to=2020-01-01T00:00:00Z'), [])
  t.equal((await found('from=2020-01-01&type=RequestResponse&limit=1')).length, 1)
  for (const query of [
    'from=yesterday',
    'from=2020-13-45',
    'state=lost',
    'start=hot',
    'type=DryRun',
    'limit=0',
    'nobody=1',
    'function=a:b',
  ]) {
    t.equal((await call(`GET /invocations?${query}`)).status, 400, query)
  }
  t.strictSame(await found('function=nobody'), [])
})
