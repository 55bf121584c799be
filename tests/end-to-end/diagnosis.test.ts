import t from 'tap'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { startRedis } from '../fixtures/redis.ts'
import { rest } from '../fixtures/rest.ts'

interface Check {
  name: string
  state: string
  found: string
  remedy?: string
}

async function diagnosis(url: string): Promise<Map<string, Check>> {
  const { status, body } = await rest<{ checks: Check[] }>(`${url}/diagnosis`, { timeoutMs: 5000 })
  t.equal(status, 200)
  for (const { state, remedy } of body.checks) t.equal(remedy === undefined, state === 'ok')
  return new Map(body.checks.map((check) => [check.name, check]))
}

t.test('a platform on its own servers is in order', async (t) => {
  const platform = await startPlatform({ POOL_GENERIC: '1' })
  t.teardown(() => platform.stop())
  const functions = new Functions(platform.url)
  await functions.create('f', 'export const handler = async () => 1')
  await rest(`${platform.url}/buckets/inbox`, { method: 'PUT' })
  const trigger = { type: 'object', bucket: 'inbox', events: ['s3:ObjectCreated:*'] }
  const added = await rest(`${platform.url}/functions/f/triggers`, { body: trigger })

  const checks = await diagnosis(platform.url)
  const bad = [...checks.values()].filter(({ state }) => state === 'failed')
  t.strictSame(bad, [])
  for (const name of ['engine', 'sandboxes', 'redis', 'redis appendfsync', 'clock of redis']) {
    t.equal(checks.get(name)?.state, 'ok', name)
  }
  for (const name of ['access', 'keys of secrets', 'calls of functions', 'queue', 'removals']) {
    t.equal(checks.get(name)?.state, 'ok', name)
  }
  if (added.status === 201) {
    t.equal(checks.get('storage')?.state, 'ok')
    t.equal(checks.get('clock of storage')?.state, 'ok')
    t.equal(checks.get('storage webhook')?.state, 'ok')
    t.match(checks.get('bucket notifications'), { state: 'ok', found: /all of which report: 1$/ })
  }
})

t.test('what is not as it should be is told within five seconds, with a remedy', async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  await redis.redis.config('SET', 'appendfsync', 'everysec')
  const platform = await startPlatform({
    SANDBOX_DRIVER: 'process',
    REDIS_URL: redis.url,
    POOL_GENERIC: '1',
  })
  t.teardown(() => platform.stop())
  const checks = await diagnosis(platform.url)
  t.match(checks.get('engine'), { state: 'warning', remedy: /SANDBOX_DRIVER=docker/ })
  t.match(checks.get('redis appendfsync'), { state: 'warning', remedy: /appendfsync always/ })
  redis.freeze()
  const away = await diagnosis(platform.url)
  redis.thaw()
  t.match(away.get('redis'), { state: 'failed', remedy: /REDIS_URL/ })
  t.equal(away.get('disk')?.state, checks.get('disk')?.state)
})
