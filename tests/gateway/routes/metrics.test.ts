import t from 'tap'
import { HearthError } from '../../../core/errors.ts'
import { single } from '../../../core/metrics/metric-family.ts'
import { readExposition } from '../../fixtures/exposition.ts'
import { startGateway } from '../../fixtures/gateway.ts'

const KEY = 'a-key-of-a-test-of-metrics'

t.test('Prometheus gets one text of all parts, with the key', async (t) => {
  const { call, link } = await startGateway(t, { apiKey: KEY })
  link.measured = [single({ name: 'hearth_x', help: 'X', type: 'gauge' }, 5)]
  t.equal((await call('GET /metrics')).status, 401)
  const headers = { authorization: `Bearer ${KEY}` }
  const { status, headers: answered, text } = await call('GET /metrics', { headers })
  t.equal(status, 200)
  t.match(answered['content-type'], /^text\/plain; version=0\.0\.4/)
  const { sum } = readExposition(text)
  t.equal(sum('hearth_x'), 5)
  t.equal(sum('hearth_schedulers_up'), 1)
  t.equal(sum('hearth_redis_up'), 1)
  t.ok(sum('process_resident_memory_bytes', { process: 'gateway' }) > 0)
})

t.test('what waits is counted, and the age of the oldest', async (t) => {
  const { call, create } = await startGateway(t)
  await create('f')
  const before = readExposition((await call('GET /metrics')).text)
  t.equal(before.sum('hearth_queue_events'), 0)
  t.equal(before.sum('hearth_queue_oldest_seconds'), 0)
  const started = Date.now()
  for (let n = 0; n < 3; n += 1) {
    const answer = await call('POST /functions/f/invocations', {
      json: {},
      headers: { prefer: 'respond-async' },
    })
    t.equal(answer.status, 202)
  }
  await new Promise((resolve) => setTimeout(resolve, 30))
  const { sum } = readExposition((await call('GET /metrics')).text)
  t.equal(sum('hearth_queue_events', { state: 'ready' }), 3)
  const age = sum('hearth_queue_oldest_seconds')
  t.ok(age >= 0.02 && age <= (Date.now() - started + 5) / 1000, `${age} s`)
})

t.test('a part that does not answer is told to be down, and the others are told', async (t) => {
  const { call, link, redis } = await startGateway(t)
  link.metrics = async () => {
    throw new HearthError('SchedulerUnavailable')
  }
  await redis.kill()
  const { status, text } = await call('GET /metrics')
  t.equal(status, 200)
  const { sum, types } = readExposition(text)
  t.equal(sum('hearth_schedulers_up'), 0)
  t.equal(sum('hearth_redis_up'), 0)
  t.notOk(types.has('hearth_queue_events'))
  t.ok(sum('process_resident_memory_bytes') > 0)
})
