import t from 'tap'
import { readExposition } from '../fixtures/exposition.ts'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { eventually, rest } from '../fixtures/rest.ts'

const platform = await startPlatform({ POOL_GENERIC: '2' })
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)
const read = async () => readExposition((await rest(`${platform.url}/metrics`)).text)

t.test('what happens to functions is in the metrics', async (t) => {
  await functions.create('good', 'export const handler = async () => 1')
  await functions.create('bad', 'export const handler = async () => { throw new Error("no") }')
  await functions.create('closed', 'export const handler = async () => 1', {
    reservedConcurrency: 0,
  })
  for (let n = 0; n < 5; n += 1) await functions.call('good')
  await functions.call('bad')
  await functions.call('closed')
  const { sum } = await eventually('all are counted', async () => {
    const seen = await read()
    const { sum: sumOf } = seen
    return sumOf('hearth_invocations_total') >= 6 ? seen : undefined
  })
  t.equal(sum('hearth_invocations_total', { function: 'good' }), 5)
  t.equal(sum('hearth_invocation_duration_seconds_count', { function: 'good' }), 5)
  t.equal(sum('hearth_starts_total', { function: 'good', start: 'warm' }), 4)
  t.equal(sum('hearth_invocation_errors_total', { function: 'bad', kind: 'handler' }), 1)
  t.equal(sum('hearth_throttles_total', { function: 'closed' }), 1)
  t.ok(sum('hearth_sandboxes') >= 2)
  t.ok(sum('hearth_engine_calls_total', { kind: 'create' }) >= 2)
  t.ok(sum('process_resident_memory_bytes', { process: 'gateway' }) > 0)
})

t.test('a dead letter and the lag of an object’s event are in the metrics', async (t) => {
  const once = { maximumRetryAttempts: 0 }
  await rest(`${platform.url}/functions/bad/async-configuration`, { method: 'PUT', body: once })
  await functions.ended(await functions.accept('bad'))
  await rest(`${platform.url}/buckets/inbox`, { method: 'PUT' })
  const trigger = { type: 'object', bucket: 'inbox', events: ['s3:ObjectCreated:*'] }
  await rest(`${platform.url}/functions/good/triggers`, { body: trigger })
  await rest(`${platform.url}/buckets/inbox/objects/a.txt`, { method: 'PUT', body: 'text' })
  await functions.ends('good', 1)
  const { sum } = await read()
  t.equal(sum('hearth_dead_letters'), 1)
  t.equal(sum('hearth_storage_webhook_lag_seconds_count'), 1)
  t.ok(sum('hearth_storage_webhook_lag_seconds_sum') < 60)
})
