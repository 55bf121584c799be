import t from 'tap'
import { runProbes } from '../../../core/diagnosis/check.ts'
import { redisProbes } from '../../../core/diagnosis/redis-probes.ts'
import { setAsNeeded } from '../../../core/redis/redis-policy.ts'
import { startRedis } from '../../fixtures/redis.ts'

const server = await startRedis()
t.teardown(() => server.stop())
const { redis } = server

async function statesOf(): Promise<Record<string, string>> {
  const checks = await runProbes(redisProbes(redis))
  for (const { state, remedy } of checks) t.equal(remedy === undefined, state === 'ok')
  return Object.fromEntries(checks.map(({ name, state, found }) => [name, `${state}: ${found}`]))
}

t.test('a Redis as it should be has nothing to be mended', async (t) => {
  t.match(await statesOf(), {
    redis: /^ok: Version \d+\.\d+\.\d+, which answered in \d+\.\d ms$/,
    'redis maxmemory-policy': 'ok: maxmemory-policy is noeviction',
    'redis appendonly': 'ok: appendonly is yes',
    'redis appendfsync': 'ok: appendfsync is always',
    'clock of redis': /^ok: It goes with the clock of Redis/,
  })
})

t.test('each setting that may lose something is told with its remedy', async (t) => {
  await redis.config('SET', 'appendfsync', 'everysec')
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru')
  t.match(await statesOf(), {
    redis: /^ok/,
    'redis maxmemory-policy': /^warning: maxmemory-policy is allkeys-lru: .*drops/,
    'redis appendfsync': /^warning: appendfsync is everysec: .*lost/,
  })
  await setAsNeeded(redis)
})

t.test('of a Redis that is away every check fails', async (t) => {
  await server.kill()
  for (const found of Object.values(await statesOf())) t.match(found, /^failed: /)
})
