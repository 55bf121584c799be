import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { checkRedisMarker } from '../../../core/redis/redis-marker.ts'
import { startRedis } from '../../fixtures/redis.ts'

const server = await startRedis()
const { redis } = server
t.teardown(() => server.stop())
t.beforeEach(() => redis.flushall())

const mark = (folder: string) => readFileSync(join(folder, 'redis-id'), 'utf8')

t.test('a folder and its Redis know each other again', async (t) => {
  const folder = t.testdir()
  await checkRedisMarker(redis, folder)
  const made = mark(folder)
  t.match(made, /^[0-9a-f-]{36}$/)
  await checkRedisMarker(redis, folder)
  t.equal(mark(folder), made)
  const other = t.testdir()
  rmSync(join(other, 'redis-id'), { force: true })
  await checkRedisMarker(redis, other)
  t.equal(mark(other), made, 'a new folder takes the mark of a Redis that is in use')
})

t.test('a Redis that has lost its data, and one that is another, are not started on', async (t) => {
  const folder = t.testdir()
  await checkRedisMarker(redis, folder)
  await redis.flushall()
  for (let tries = 0; tries < 2; tries += 1) {
    await t.rejects(checkRedisMarker(redis, folder), {
      name: 'CannotStart',
      message: /^Redis is empty, but .* remove .*redis-id\.$/,
    })
  }
  t.equal(await redis.dbsize(), 0, 'and nothing is written to it')
  await redis.set('hearth:redis-id', 'another')
  await t.rejects(checkRedisMarker(redis, folder), { message: /^This Redis is not the one/ })
  rmSync(join(folder, 'redis-id'))
  await checkRedisMarker(redis, folder)
  t.equal(mark(folder), 'another', 'whoever removes the mark goes on without the data')
})

t.test('a Redis that is away is no lost one', async (t) => {
  const folder = t.testdir()
  await checkRedisMarker(redis, folder)
  await server.kill()
  await t.rejects(checkRedisMarker(redis, folder), { code: 'RedisUnavailable' })
  t.ok(existsSync(join(folder, 'redis-id')))
  await server.start()
  await t.resolves(checkRedisMarker(redis, folder), 'its data was on disk')
})
