import t from 'tap'
import { startGateway } from '../../fixtures/gateway.ts'

const gateway = await startGateway(t)
const { call, create, parts, redis } = gateway
const event = { specversion: '1.0', id: '1', source: '/shop', type: 'order.created' }
const structured = { 'content-type': 'application/cloudevents+json' }
const batched = { 'content-type': 'application/cloudevents-batch+json' }

const send = (value: unknown, headers: object = structured) =>
  call('POST /events', { headers, payload: JSON.stringify(value) })

const stored = async (id: string) =>
  JSON.parse((await redis.redis.hget(`hearth:invocation:${id}`, 'event')) ?? 'null')

const on = async (name: string, pattern: object) => {
  await create(name)
  return (await call(`POST /functions/${name}/triggers`, { json: { type: 'event', pattern } })).body
}

t.test('an event calls the functions whose pattern it fits, with the event as it is', async (t) => {
  const big = await on('big', { data: { total: [{ numeric: ['>', 100] }] } })
  await on('orders', { source: ['/shop'], type: [{ prefix: 'order.' }] })
  const given = { ...event, data: { total: 500 } }
  const { status, body } = await send(given)
  t.equal(status, 202)
  const called = body.invocations.map(({ functionName }: { functionName: string }) => functionName)
  t.same(called.sort(), ['big', 'orders'])
  for (const { id, eventId } of body.invocations) {
    t.equal(eventId, '1')
    t.strictSame(await stored(id), given)
  }
  const id = body.invocations.find((one: { functionName: string }) => one.functionName === 'big').id
  t.match(await parts.invocations.read(id), {
    functionName: 'big',
    cause: { kind: 'event', triggerId: big.id, detail: '1' },
  })
  t.same((await send({ ...event, id: '2', type: 'user.created' })).body, { invocations: [] })
})

t.test('an event that a function sends is as deep as its request says', async (t) => {
  await on('deep', { source: ['/deep'] })
  const headers = { ...structured, 'user-agent': 'node hearth-depth/3' }
  const [caused] = (await send({ ...event, source: '/deep' }, headers)).body.invocations
  t.match(await parts.invocations.read(caused.id), { cause: { kind: 'event', depth: 3 } })
})

t.test('an event that is sent again causes nothing again, and answers the same ids', async (t) => {
  await on('once', { source: ['/once'] })
  const first = (await send({ ...event, source: '/once' })).body
  t.strictSame((await send({ ...event, source: '/once' })).body, first)
  const { invocations } = (await call('GET /functions/once/invocations')).body
  t.equal(invocations.length, 1)
  t.equal((await send({ ...event, source: '/once', id: '2' })).body.invocations.length, 1)
})

t.test(
  'requests with the same Idempotency-Key are one, whatever their events are called',
  async (t) => {
    await on('keyed', { source: ['/keyed'] })
    const of = (id: string) => ({ ...event, id, source: '/keyed' })
    const keyed = { ...batched, 'idempotency-key': 'batch-7' }
    const first = (await send([of('1'), of('2')], keyed)).body.invocations
    t.equal(first.length, 2)
    const again = (await send([of('3'), of('4')], keyed)).body.invocations
    const ids = (list: { id: string }[]) => list.map(({ id }) => id)
    t.same(ids(again), ids(first))
    t.equal((await call('GET /functions/keyed/invocations')).body.invocations.length, 2)
  },
)

t.test('a batch is taken whole or not at all', async (t) => {
  await on('batch', { source: ['/batch'] })
  const of = (id: string) => ({ ...event, id, source: '/batch' })
  const { body } = await send([of('1'), of('2'), of('3')], batched)
  t.same(
    body.invocations.map(({ eventId }: { eventId: string }) => eventId),
    ['1', '2', '3'],
  )
  const refused = await send([of('4'), { ...of('5'), type: undefined }], batched)
  t.equal(refused.status, 400)
  t.match(refused.body.error.message, /event 1: "type" is missing/)
  const large = await send([of('6'), { ...of('7'), data: 'x'.repeat(1024 * 1024) }], batched)
  t.equal(large.status, 413)
  t.equal((await call('GET /functions/batch/invocations')).body.invocations.length, 3)
})

t.test('an event in headers reaches the handler in the same form', async (t) => {
  await on('headers', { source: ['/headers'] })
  const headers = {
    'ce-specversion': '1.0',
    'ce-id': 'h1',
    'ce-source': '/headers',
    'ce-type': 'photo.taken',
    'content-type': 'image/png',
  }
  const { body } = await call('POST /events', { headers, payload: Buffer.from([0xff, 0xd8]) })
  t.strictSame(await stored(body.invocations[0].id), {
    specversion: '1.0',
    id: 'h1',
    source: '/headers',
    type: 'photo.taken',
    datacontenttype: 'image/png',
    data_base64: '/9g=',
  })
})

t.test('what is no event is refused with the reason', async (t) => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const table: [object, string, number, string][] = [
    [structured, '{', 400, 'InvalidJson'],
    [structured, '', 400, 'InvalidJson'],
    [structured, deep, 400, 'JsonTooDeep'],
    [structured, '{}', 400, 'InvalidRequest'],
    [{ 'content-type': 'application/json' }, '{}', 400, 'InvalidRequest'],
    [{ 'content-type': 'application/cloudevents+avro' }, 'x', 415, 'UnsupportedMediaType'],
    [structured, 'x'.repeat(7 * 1024 * 1024), 413, 'PayloadTooLarge'],
  ]
  for (const [headers, payload, status, code] of table) {
    const answer = await call('POST /events', { headers, payload })
    t.equal(answer.status, status, payload.slice(0, 20))
    t.equal(answer.body.error.code, code)
  }
})

t.test('a trigger whose function is gone causes nothing', async (t) => {
  await on('gone', { source: ['/gone'] })
  await parts.functions.delete('gone')
  t.same((await send({ ...event, source: '/gone' })).body, { invocations: [] })
})
