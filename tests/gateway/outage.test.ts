import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startGateway } from '../fixtures/gateway.ts'

const CALLERS_WAIT_MS = 2000

const NEEDS_REDIS: Array<`${string} ${string}`> = [
  'GET /functions',
  'GET /functions/f',
  'DELETE /functions/f',
  'GET /functions/f/logs',
  'GET /functions/f/invocations',
  'GET /invocations/00000000-0000-0000-0000-000000000000',
  'DELETE /invocations/00000000-0000-0000-0000-000000000000',
]

for (const outage of ['away', 'silent'] as const) {
  t.test(`With Redis ${outage}, what needs it is 503 within 2 s; calls go on`, async (t) => {
    const { call, create, redis } = await startGateway(t)
    await create('f')
    if (outage === 'away') await redis.kill()
    else redis.freeze()
    const calls = [
      ...NEEDS_REDIS.map((route) => () => call(route)),
      () => create('g'),
      () => call('PATCH /functions/f', { json: { memoryMb: 256 } }),
      () => call('PUT /functions/f/code', { json: { source: 'export const handler = 2' } }),
      () => call('POST /functions/f/invocations', { headers: { prefer: 'respond-async' } }),
    ]
    const answers = await Promise.all(
      calls.map(async (ask) => {
        const start = performance.now()
        return { answer: await ask(), tookMs: performance.now() - start }
      }),
    )
    for (const [index, { answer, tookMs }] of answers.entries()) {
      t.equal(answer.status, 503, `request ${index}`)
      t.match(answer.body, { error: { code: 'RedisUnavailable', remedy: /REDIS_URL/ } })
      t.ok(tookMs < CALLERS_WAIT_MS, `request ${index} in time`)
    }
    t.equal((await call('POST /functions/f/invocations', { payload: '1' })).text, '1')
    if (outage === 'away') await redis.start()
    else redis.thaw()
    let back = await call('GET /functions/f')
    while (back.status === 503) {
      await sleep(10)
      back = await call('GET /functions/f')
    }
    t.match(back.body, { name: 'f', memoryMb: 128 })
  })
}

t.test('a change that Redis may have taken is announced when it is refused', async (t) => {
  const { call, create, redis, parts, link } = await startGateway(t)
  await create('f')
  const { functions } = parts
  const replace = functions.replace.bind(functions)
  functions.replace = (definition, revisionId) => {
    redis.freeze()
    return replace(definition, revisionId)
  }
  const answer = await call('PATCH /functions/f', { json: { memoryMb: 256 } })
  t.match(answer, { status: 503, body: { error: { code: 'RedisUnavailable' } } })
  t.same(link.announced, ['f', 'f'])
  redis.thaw()
})
