import t from 'tap'
import { redisWeaknesses } from '../../core/redis-policy.ts'
import { startRedis } from '../fixtures/redis.ts'

const { redis, stop } = await startRedis()
t.teardown(() => stop())

t.test('a Redis as the platform starts its own has no weakness', async (t) => {
  t.same(await redisWeaknesses(redis), [])
})

t.test('each setting that can lose what was accepted is told, with its remedy', async (t) => {
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru')
  await redis.config('SET', 'appendfsync', 'everysec')
  t.match(await redisWeaknesses(redis), [
    /^Redis has maxmemory-policy allkeys-lru: .* drops .* Set it to: maxmemory-policy noeviction$/,
    /^Redis has appendfsync everysec: .* Set it to: appendfsync always$/,
  ])
  await redis.config('SET', 'appendonly', 'no')
  const without = await redisWeaknesses(redis)
  t.equal(without.length, 2)
  t.match(without[1], /^Redis has appendonly no: .* are lost/)
})

t.test('a Redis that does not tell its settings is trusted', async (t) => {
  const silent = { config: async () => Promise.reject(new Error('NOPERM')) }
  t.same(await redisWeaknesses(silent as never), [])
})
