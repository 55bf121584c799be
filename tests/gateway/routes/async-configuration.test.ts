import t from 'tap'
import { startGateway } from '../../fixtures/gateway.ts'

const { call, create, redis, parts } = await startGateway(t)
const path = '/functions/f/async-configuration'
const defaults = { functionName: 'f', maximumRetryAttempts: 2, maximumEventAgeSeconds: 21_600 }

/** How long an event that is accepted now may wait. */
async function ageOfNext(): Promise<number> {
  const cause = { kind: 'request' } as const
  const { id } = await parts.invocations.accept({
    functionName: 'f',
    event: Buffer.from('{}'),
    cause,
  })
  const [at, until] = await redis.redis.hmget(`hearth:invocation:${id}`, 'at', 'until')
  return Number(until) - Number(at)
}

t.test(
  'A function has Lambda’s figures until it has its own, and again without them',
  async (t) => {
    await create('f')
    t.strictSame((await call(`GET ${path}`)).body, defaults)
    t.equal(await ageOfNext(), 21_600_000)
    const own = { maximumRetryAttempts: 0, maximumEventAgeSeconds: 60 }
    const set = await call(`PUT ${path}`, { json: own })
    t.equal(set.status, 200)
    t.strictSame(set.body, { functionName: 'f', ...own })
    t.strictSame((await call(`GET ${path}`)).body, { functionName: 'f', ...own })
    t.notOk('asyncConfiguration' in (await call('GET /functions/f')).body)
    t.equal(await ageOfNext(), 60_000)
    const partly = await call(`PUT ${path}`, { json: { maximumRetryAttempts: 1 } })
    t.strictSame(partly.body, { ...defaults, maximumRetryAttempts: 1 })
    t.equal((await call(`DELETE ${path}`)).status, 204)
    t.strictSame((await call(`GET ${path}`)).body, defaults)
    t.equal(await ageOfNext(), 21_600_000)
  },
)

t.test('Other changes of the function leave it; a new function of the name has none', async (t) => {
  await call(`PUT ${path}`, { json: { maximumEventAgeSeconds: 90 } })
  await call('PATCH /functions/f', { json: { description: 'changed' } })
  t.equal(await ageOfNext(), 90_000)
  await call('DELETE /functions/f')
  await create('f')
  t.strictSame((await call(`GET ${path}`)).body, defaults)
  t.equal(await ageOfNext(), 21_600_000)
})

t.test('Figures that Lambda would not take are refused, and nothing changes', async (t) => {
  for (const json of [
    { maximumRetryAttempts: 3 },
    { maximumRetryAttempts: -1 },
    { maximumRetryAttempts: '1' },
    { maximumEventAgeSeconds: 59 },
    { maximumEventAgeSeconds: 21_601 },
    { maximumEventAge: 60 },
  ]) {
    const answer = await call(`PUT ${path}`, { json })
    t.equal(answer.status, 400, JSON.stringify(json))
    t.match(answer.body, { error: { code: 'InvalidRequest' } })
  }
  t.strictSame((await call(`GET ${path}`)).body, defaults)
  const nobody = '/functions/nobody/async-configuration'
  for (const request of [`GET ${nobody}`, `DELETE ${nobody}`] as const) {
    t.equal((await call(request)).status, 404)
  }
  t.equal((await call(`PUT ${nobody}`, { json: {} })).status, 404)
})

t.test('destinations are kept, and an HTTP endpoint gets a secret that stays', async (t) => {
  await create('next')
  const toFunction = { type: 'function', functionName: 'next' }
  const toHttp = { type: 'http', url: 'https://example.com/hook' }
  const set = await call(`PUT ${path}`, { json: { onSuccess: toFunction, onFailure: toHttp } })
  t.equal(set.status, 200, set.text)
  t.match(set.body, { ...defaults, onSuccess: toFunction, onFailure: toHttp })
  const { secret } = set.body.onFailure
  t.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  const again = await call(`PUT ${path}`, { json: { onFailure: toHttp } })
  t.equal(again.body.onFailure.secret, secret, 'the same endpoint keeps it')
  t.notOk('onSuccess' in again.body, 'what is not sent is not there')
  const other = { ...toHttp, url: 'https://example.com/other' }
  const moved = await call(`PUT ${path}`, { json: { onFailure: other } })
  t.not(moved.body.onFailure.secret, secret)
  const own = { ...other, secret: `whsec_${'A'.repeat(32)}` }
  const given = await call(`PUT ${path}`, {
    json: { onFailure: own, onSuccess: { type: 'event' } },
  })
  t.match(given.body, { onFailure: own, onSuccess: { type: 'event' } })
  t.same(JSON.parse(String(await redis.redis.hget('hearth:on-failure', 'f'))), own)
  await call(`DELETE ${path}`)
  t.same(await redis.redis.hgetall('hearth:on-failure'), {})
  t.same(await redis.redis.hgetall('hearth:on-success'), {})
})

t.test('a destination that cannot be is refused with the reason', async (t) => {
  for (const [onFailure, status, message] of [
    [{ type: 'function', functionName: 'nobody' }, 404, /Function "nobody" does not exist/],
    [{ type: 'function' }, 400, /"onFailure" lacks "functionName"$/],
    [{ type: 'bucket', bucket: 'inbox' }, 503, /Object storage is off/],
    [{ type: 'bucket', bucket: 'hearth-code' }, 400, /"onFailure.bucket" must be: Lower-case/],
    [
      { type: 'sqs' },
      400,
      /"onFailure.type" must be one of "function", "event", "bucket", "http"$/,
    ],
    [{ bucket: 'inbox' }, 400, /"onFailure" lacks "type"$/],
    ['arn:aws:sqs:us-east-1:1:queue', 400, /"onFailure" must be object$/],
    [{ type: 'event', bus: 'x' }, 400, /"onFailure" has unknown fields: "bus"$/],
    [{ type: 'http', url: 'ftp://example.com' }, 400, /"onFailure.url" must be: http:/],
    [{ type: 'http', url: 'https://user@example.com' }, 400, /"onFailure.url" must be: http:/],
    [{ type: 'http', url: 'http://[::1' }, 400, /is not a URL/],
    [
      { type: 'http', url: 'https://x.org', secret: 'short' },
      400,
      /"onFailure.secret" must be: "whsec_"/,
    ],
  ] as const) {
    const answer = await call(`PUT ${path}`, { json: { onFailure } })
    t.equal(answer.status, status, JSON.stringify(onFailure))
    t.match(answer.body.error.message, message)
  }
  t.strictSame((await call(`GET ${path}`)).body, defaults)
})
