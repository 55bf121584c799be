import t from 'tap'
import { startGateway } from '../../fixtures/gateway.ts'

t.test('Live needs nothing', async (t) => {
  const { call, redis } = await startGateway(t)
  await redis.kill()
  const answer = await call('GET /health/live')
  t.equal(answer.status, 200)
  t.strictSame(answer.body, { state: 'up' })
})

t.test('Ready names each dependency, and is 503 while one of them is down', async (t) => {
  let redis: 'up' | 'down' = 'up'
  const scheduler = { state: 'up', driver: 'docker', sandboxes: { generic: 4 } } as never
  const { call } = await startGateway(t, {
    health: async () => ({
      redis: redis === 'up' ? { state: redis } : { state: redis, detail: 'it does not answer' },
      storage: { state: 'off', detail: 'nobody wanted it' },
      scheduler,
    }),
  })
  const ready = await call('GET /health/ready')
  t.equal(ready.status, 200)
  t.match(ready.body, {
    state: 'up',
    dependencies: {
      redis: { state: 'up' },
      storage: { state: 'off', detail: 'nobody wanted it' },
      scheduler: { state: 'up', driver: 'docker', sandboxes: { generic: 4 } },
    },
  })
  redis = 'down'
  const down = await call('GET /health/ready')
  t.equal(down.status, 503)
  t.match(down.body, { state: 'down', dependencies: { redis: { detail: 'it does not answer' } } })
})
