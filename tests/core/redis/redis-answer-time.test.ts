import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { TurnQueue } from '../../../core/invocations/turn-queue.ts'
import { connectRedis } from '../../../core/redis/redis.ts'
import { startRedis } from '../../fixtures/redis.ts'

/** More than one that is away gets, and less than ends a connection that is silent. */
const BUSY_MS = 2500
/** Less than one that is slow gets. */
const SLOW_MS = 4000
/** Redis runs one thing at a time: while a script of this kind runs it answers nobody, as while it waits for its disk. */
const BUSY = `local function now() local time = redis.call('TIME') return time[1] * 1000 + time[2] / 1000 end
  local untilMs = now() + ARGV[1]
  repeat until now() > untilMs
  return 'done'`

const server = await startRedis()
t.teardown(() => server.stop())
const turns = TurnQueue.open(server.url)
t.teardown(() => turns.close())
await turns.give('f', { token: 'first' })

t.test('a Redis that is slow is waited for', async (t) => {
  await server.redis.set('kept', 'yes')
  const busy = await connectRedis(server.url)
  t.teardown(() => busy.disconnect())
  const script = busy.eval(BUSY, 0, BUSY_MS)
  const asked = Promise.all([
    server.redis.get('kept'),
    server.redis.multi().set('a', '1').get('a').exec(),
    turns.waits('first'),
    turns.give('f'),
  ])
  t.equal(await script, 'done')
  t.same(await asked, [
    'yes',
    [
      [null, 'OK'],
      [null, '1'],
    ],
    true,
    undefined,
  ])
})

t.test('one that is stopped is away, and told so before a slow one would be', async (t) => {
  server.freeze()
  const asked = Promise.allSettled([server.redis.get('kept'), turns.give('f')])
  const answers = await Promise.race([asked, wait(SLOW_MS)])
  server.thaw()
  t.match(answers, [
    { reason: { message: 'Command timed out' } },
    { reason: { code: 'RedisUnavailable' } },
  ])
})

t.test('what Redis refuses is told at once, and ends nothing else', async (t) => {
  await t.rejects(server.redis.incr('kept'), { name: 'ReplyError' })
  t.equal(await server.redis.get('kept'), 'yes')
})
