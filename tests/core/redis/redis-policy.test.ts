import t from 'tap'
import { checkRedis, setAsNeeded } from '../../../core/redis/redis-policy.ts'
import { startRedis } from '../../fixtures/redis.ts'

const { redis, stop } = await startRedis()
t.teardown(() => stop())
t.beforeEach(async () => {
  await redis.config('SET', 'maxmemory', '0')
  await setAsNeeded(redis)
})

t.test('a Redis as the platform starts its own has no weakness', async (t) => {
  t.same(await checkRedis(redis), [])
})

t.test('each setting that can lose what was accepted is told, with its remedy', async (t) => {
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru')
  await redis.config('SET', 'appendfsync', 'everysec')
  t.match(await checkRedis(redis), [
    /^Redis has maxmemory-policy allkeys-lru: .* drops .* Set it to: maxmemory-policy noeviction$/,
    /^Redis has appendfsync everysec: .* Set it to: appendfsync always$/,
  ])
  await redis.config('SET', 'appendonly', 'no')
  const without = await checkRedis(redis)
  t.equal(without.length, 2)
  t.match(without[1], /^Redis has appendonly no: .* are lost/)
})

t.test('one that drops data when its memory is full is not started on', async (t) => {
  await redis.config('SET', 'maxmemory', '1gb')
  t.same(await checkRedis(redis), [], 'refusing writes is right')
  await redis.config('SET', 'maxmemory-policy', 'volatile-ttl')
  await t.rejects(checkRedis(redis), {
    name: 'CannotStart',
    message: /^Redis has maxmemory-policy volatile-ttl: .* noeviction$/,
  })
})

t.test('one that is too old, or a cluster, is refused in plain words', async (t) => {
  const other = (changes: Record<string, string>) => ({
    config: redis.config.bind(redis),
    info: async () => {
      let text = await redis.info('server')
      for (const [name, value] of Object.entries(changes)) {
        text = text.replace(new RegExp(`^${name}:.*$`, 'm'), `${name}:${value}`)
      }
      return text
    },
  })
  for (const redis_version of ['5.0.14', '6.0.16']) {
    await t.rejects(checkRedis(other({ redis_version }) as never), {
      name: 'CannotStart',
      message: /^Redis has version [56]\.0\.1\d, .* Use 6\.2 or newer/,
    })
  }
  for (const redis_version of ['6.2.0', '7.0.15', '10.0.1', '255.255.255']) {
    t.same(await checkRedis(other({ redis_version }) as never), [])
  }
  await t.rejects(checkRedis(other({ redis_mode: 'cluster' }) as never), {
    name: 'CannotStart',
    message: /^Redis is a cluster/,
  })
})

t.test('a Redis that does not tell its settings is trusted', async (t) => {
  const refused = async () => Promise.reject(new Error('NOPERM'))
  t.same(await checkRedis({ config: refused, info: refused } as never), [])
})
