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
    t.match((await call('GET /functions/f')).body, { asyncConfiguration: own })
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
