import t from 'tap'
import { startGateway } from '../../fixtures/gateway.ts'
import { startMinio } from '../../fixtures/minio.ts'

const minio = await startMinio({ webhookPort: 9 })
t.teardown(() => minio.stop())
const gateway = await startGateway(t, { storage: { state: 'on', store: minio.store } })
const { call, create, link } = gateway
const route = 'POST /functions/hello/triggers' as const

t.before(async () => {
  await create('hello')
  await minio.store.createBucket('photos')
})

t.test('a trigger of each type is added, listed with all its fields, and removed', async (t) => {
  const inputs = [
    {
      type: 'schedule',
      schedule: 'rate(5 minutes)',
      timezone: 'Europe/Vienna',
      input: { a: [1, null] },
    },
    {
      type: 'object',
      bucket: 'photos',
      events: ['s3:ObjectRemoved:*'],
      prefix: 'in/',
      suffix: '.jpg',
    },
    {
      type: 'event',
      pattern: { type: ['order.created'], data: { total: [{ numeric: ['>', 1] }] } },
    },
  ]
  const ids: string[] = []
  for (const input of inputs) {
    const { status, body, headers } = await call(route, { json: input })
    t.equal(status, 201)
    t.match(body, { ...input, functionName: 'hello' })
    t.equal(headers.location, `/functions/hello/triggers/${body.id}`)
    ids.push(body.id)
  }
  const { body } = await call('GET /functions/hello/triggers')
  t.strictSame(body.triggers.map(({ id }: { id: string }) => id).sort(), [...ids].sort())
  t.match(
    body.triggers.find(({ type }: { type: string }) => type === 'event'),
    inputs[2],
  )
  for (const id of ids) t.equal((await call(`DELETE /functions/hello/triggers/${id}`)).status, 204)
  t.strictSame((await call('GET /functions/hello/triggers')).body, { triggers: [] })
})

t.test(
  'an object trigger gives the function new sandboxes, which have credentials for the bucket',
  async (t) => {
    const before = (await call('GET /functions/hello')).body.revisionId
    link.announced.length = 0
    const { body } = await call(route, { json: { type: 'object', bucket: 'photos' } })
    t.strictSame(body.events, ['s3:ObjectCreated:*'])
    t.strictSame(link.announced, ['hello'])
    t.not((await call('GET /functions/hello')).body.revisionId, before)
    await call(`DELETE /functions/hello/triggers/${body.id}`)
  },
)

t.test('a trigger that cannot be is refused with the reason, and nothing is left', async (t) => {
  const table: [object, number, string, RegExp][] = [
    [{}, 400, 'InvalidRequest', /lacks "type"/],
    [
      { type: 'cron' },
      400,
      'InvalidRequest',
      /"type" must be one of "schedule", "object", "event"/,
    ],
    [{ type: 'schedule' }, 400, 'InvalidRequest', /^Request is not valid: body lacks "schedule"$/],
    [
      { type: 'schedule', schedule: 'rate(1 day)', every: 1 },
      400,
      'InvalidRequest',
      /unknown fields: "every"/,
    ],
    [{ type: 'schedule', schedule: 'cron(0 0 31 2 ? *)' }, 400, 'InvalidSchedule', /never fires/],
    [{ type: 'object', bucket: 'Photos' }, 400, 'InvalidRequest', /"bucket"/],
    [{ type: 'object', bucket: 'hearth-code' }, 400, 'InvalidRequest', /"bucket"/],
    [
      { type: 'object', bucket: 'photos', events: ['s3:ObjectAccessed:*'] },
      400,
      'InvalidRequest',
      /"events.0"/,
    ],
    [{ type: 'object', bucket: 'photos', events: [] }, 400, 'InvalidRequest', /"events"/],
    [{ type: 'object', bucket: 'not-there' }, 404, 'BucketNotFound', /"not-there"/],
    [{ type: 'event', pattern: {} }, 400, 'InvalidEventPattern', /no fields/],
    [
      { type: 'event', pattern: { type: [{ regex: 'x' }] } },
      400,
      'InvalidEventPattern',
      /"regex" is no matcher/,
    ],
    [{ type: 'event', pattern: [] }, 400, 'InvalidRequest', /"pattern"/],
  ]
  for (const [json, status, code, message] of table) {
    const answer = await call(route, { json })
    t.equal(answer.status, status, JSON.stringify(json))
    t.equal(answer.body.error.code, code)
    t.match(answer.body.error.message, message)
  }
  t.strictSame((await call('GET /functions/hello/triggers')).body, { triggers: [] })
})

t.test('a trigger whose function nobody serves is not added', async (t) => {
  link.onAnnounce = () => {
    throw new Error('away')
  }
  const { status } = await call(route, { json: { type: 'object', bucket: 'photos' } })
  link.onAnnounce = () => undefined
  t.equal(status, 500)
  t.strictSame((await call('GET /functions/hello/triggers')).body, { triggers: [] })
  t.notMatch(await minio.store.readNotification('photos'), 'HEARTH')
})

t.test('what does not exist is named', async (t) => {
  const input = { type: 'schedule', schedule: 'rate(1 day)' }
  t.match((await call('POST /functions/nobody/triggers', { json: input })).body.error, {
    code: 'FunctionNotFound',
  })
  t.match((await call('GET /functions/nobody/triggers')).body.error, { code: 'FunctionNotFound' })
  t.match((await call('DELETE /functions/nobody/triggers/x')).body.error, {
    code: 'FunctionNotFound',
  })
  t.match((await call('DELETE /functions/hello/triggers/x')).body.error, {
    code: 'TriggerNotFound',
  })
})

t.test('a deleted function takes its triggers along', async (t) => {
  await create('short')
  await call('POST /functions/short/triggers', { json: { type: 'object', bucket: 'photos' } })
  t.match(await minio.store.readNotification('photos'), 'HEARTH')
  await call('DELETE /functions/short')
  t.notMatch(await minio.store.readNotification('photos'), 'HEARTH')
})
