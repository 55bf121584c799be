import t from 'tap'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { rest } from '../fixtures/rest.ts'

/** The shortest schedules there are fire once a minute. */
const MINUTE_MS = 65_000

const platform = await startPlatform()
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)

const ECHO = 'export const handler = async (event) => event'

await functions.create('every-minute', ECHO)
await functions.create('at-the-minute', ECHO)
const rate = await functions.addTrigger('every-minute', {
  type: 'schedule',
  schedule: 'rate(1 minute)',
  input: { from: 'rate' },
})
const cron = await functions.addTrigger('at-the-minute', {
  type: 'schedule',
  schedule: 'cron(* * * * ? *)',
  timezone: 'Europe/Berlin',
})

t.test('CloudEvents in each mode reach the functions whose pattern they fit', async (t) => {
  await functions.create('orders', ECHO)
  const pattern = {
    source: [{ prefix: '/shop' }],
    type: [{ 'anything-but': ['order.test'] }],
    data: {
      $or: [{ total: [{ numeric: ['>=', 100, '<', 1000] }] }, { country: ['DE', 'FR'] }],
    },
  }
  const trigger = await functions.addTrigger('orders', { type: 'event', pattern })
  const send = async (body: unknown, headers: Record<string, string>) => {
    const answer = await rest<{ invocations: { id: string; functionName: string }[] }>(
      `${platform.url}/events`,
      { body, headers },
    )
    t.equal(answer.status, 202, answer.text)
    return answer.body.invocations
  }
  const event = (id: string, data: object, more: object = {}) => ({
    specversion: '1.0',
    id,
    source: '/shop/1',
    type: 'order.made',
    data,
    ...more,
  })
  const structured = { 'content-type': 'application/cloudevents+json' }
  const [one] = await send(event('1', { total: 100 }), structured)
  const batch = await send(
    [
      event('2', { total: 999.5 }),
      event('3', { total: 1000 }),
      event('4', { total: 5, country: 'FR' }),
      event('5', { total: 500 }, { type: 'order.test' }),
      event('6', { total: 500 }, { source: '/else' }),
      event('7', { country: 'ES' }),
    ],
    { 'content-type': 'application/cloudevents-batch+json' },
  )
  const [binary] = await send(JSON.stringify({ total: 250 }), {
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    'ce-id': '8',
    'ce-source': '/shop/2',
    'ce-type': 'order.made',
    'ce-tenant': 'gr%C3%BCn',
  })
  t.equal(batch.length, 2)
  t.same(await send(event('1', { total: 100 }), structured), [one], 'known: not made again')
  const made = [one, ...batch, binary].map((caused) => caused?.id ?? '')
  const ended = await Promise.all(made.map((id) => functions.ended(id)))
  t.match(ended, [
    { result: event('1', { total: 100 }), cause: { kind: 'event', triggerId: trigger.id } },
    { result: event('2', { total: 999.5 }) },
    { result: event('4', { total: 5, country: 'FR' }) },
    { result: { id: '8', source: '/shop/2', tenant: 'grün', data: { total: 250 } } },
  ])
  t.equal((await functions.invocations('orders')).length, 4)
})

t.test('schedules fire at their times until they are removed', async (t) => {
  const [atMinute] = await functions.ends('at-the-minute', 1, MINUTE_MS)
  t.match(atMinute, {
    state: 'succeeded',
    cause: { kind: 'schedule', triggerId: cron.id, detail: /:00\.000Z$/ },
    result: {
      version: '0',
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      region: 'us-east-1',
      time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:00Z$/,
      detail: {},
    },
  })
  const rated = await functions.ends('every-minute', 2, MINUTE_MS)
  const times = rated.map(({ cause }) => Date.parse(cause.detail ?? ''))
  t.equal(Number(times[1]) - Number(times[0]), 60_000)
  t.match(rated[1], { cause: { triggerId: rate.id }, result: { from: 'rate' } })
  const url = `${platform.url}/functions/every-minute/triggers`
  t.equal((await rest(`${url}/${rate.id}`, { method: 'DELETE' })).status, 204)
  t.match(await rest(`${url}/${rate.id}`, { method: 'DELETE' }), {
    status: 404,
    body: { error: { code: 'TriggerNotFound' } },
  })
})
