import { setTimeout as sleep } from 'node:timers/promises'
import { Queue } from 'bullmq'
import t from 'tap'
import { type ScheduleTick, TurnQueue, turnToken } from '../../../core/invocations/turn-queue.ts'
import { QUEUE_PREFIX, TURN_QUEUE } from '../../../core/keys.ts'
import { startRedis } from '../../fixtures/redis.ts'

const server = await startRedis()
t.teardown(() => server.stop())

const none = {
  turn: async () => undefined,
  tick: async () => undefined,
  failed: () => undefined,
  silent: () => undefined,
}

/** Opens a queue for one test. */
function open(t: { teardown(done: () => Promise<void>): void }): TurnQueue {
  const turns = TurnQueue.open(server.url)
  t.teardown(() => turns.close())
  return turns
}

/** BullMQ's own view, to make schedules finer than AWS's syntax can say. */
function raw(t: { teardown(done: () => Promise<void>): void }): Queue {
  const connection = { path: server.url.slice('unix://'.length) }
  const queue = new Queue(TURN_QUEUE, { prefix: QUEUE_PREFIX, connection })
  t.teardown(() => queue.close())
  return queue
}

t.test('turns are taken in order, delayed ones when they are due', async (t) => {
  const turns = open(t)
  const taken: string[] = []
  const all = Promise.withResolvers<void>()
  await turns.give('late', { delayMs: 200 })
  for (const name of ['f1', 'f2', 'f1', 'f3']) await turns.give(name)
  const worker = turns.take(
    {
      ...none,
      async turn(functionName) {
        taken.push(functionName)
        if (taken.length === 5) all.resolve()
      },
    },
    1,
  )
  await all.promise
  t.same(taken, ['f1', 'f2', 'f1', 'f3', 'late'])
  await worker.close()
})

t.test('a turn is known while it waits, and no longer', async (t) => {
  const turns = open(t)
  const token = turnToken()
  await turns.give('f1', { token, delayMs: 60_000 })
  t.equal(await turns.waits(token), true)
  t.equal(await turns.waits(turnToken()), false)
})

t.test('a handler that fails costs its turn and nothing else', async (t) => {
  const turns = open(t)
  const failures: string[] = []
  const done = Promise.withResolvers<void>()
  const worker = turns.take(
    {
      ...none,
      async turn(functionName) {
        if (functionName === 'good') done.resolve()
        else throw new Error(`${functionName} is broken`)
      },
      failed: (error) => failures.push(error.message),
    },
    1,
  )
  await turns.give('bad')
  await turns.give('good')
  await done.promise
  t.same(failures, ['bad is broken'])
  await worker.close()
})

t.test('a schedule fires at once for a rate, and again and again', async (t) => {
  const turns = open(t)
  const ticks: ScheduleTick[] = []
  const several = Promise.withResolvers<void>()
  const worker = turns.take(
    {
      ...none,
      async tick(tick) {
        ticks.push(tick)
        if (ticks.filter(({ triggerId }) => triggerId === 'fast').length === 5) several.resolve()
      },
    },
    4,
  )
  const schedule = 'rate(5 minutes)'
  await turns.putSchedule({ triggerId: 'slow', functionName: 'f1', schedule, input: { a: [1] } })
  const data = { triggerId: 'fast', functionName: 'f2', schedule: 'every 100 ms' }
  await raw(t).upsertJobScheduler('fast', { every: 100 }, { name: 'tick', data })
  await several.promise
  await turns.removeSchedule('fast')

  const [slow] = ticks.filter(({ triggerId }) => triggerId === 'slow')
  t.match(slow, { triggerId: 'slow', functionName: 'f1', schedule, input: { a: [1] } })
  t.ok(Math.abs(Date.now() - (slow?.fireTime.getTime() ?? 0)) < 60_000)
  const times = ticks.filter(({ triggerId }) => triggerId === 'fast').map((tick) => +tick.fireTime)
  t.equal(new Set(times).size, times.length, 'no fire time twice')
  const seen = ticks.length
  await sleep(350)
  t.ok(ticks.length <= seen + 1, 'a removed schedule fires no more')
  await turns.removeSchedule('slow')
  await worker.close()
})

t.test('a cron waits for its next time in its zone', async (t) => {
  const turns = open(t)
  const queue = raw(t)
  await turns.putSchedule({
    triggerId: 'daily',
    functionName: 'f1',
    schedule: 'cron(30 9 1 1 ? *)',
    timezone: 'Asia/Kolkata',
  })
  const [planned] = await queue.getJobSchedulers()
  const next = new Date(planned?.next ?? 0).toISOString()
  t.match(next, /-01-01T04:00:00.000Z$/)
  await turns.putSchedule({
    triggerId: 'daily',
    functionName: 'f1',
    schedule: 'cron(0 0 2 1 ? *)',
  })
  const again = await queue.getJobSchedulers()
  t.equal(again.length, 1, 'a schedule is replaced, not doubled')
  t.match(new Date(again[0]?.next ?? 0).toISOString(), /-01-02T00:00:00.000Z$/)
  await turns.removeSchedule('daily')
  t.same(await queue.getJobSchedulers(), [])
})

t.test('a schedule that is not valid is refused and leaves nothing', async (t) => {
  const turns = open(t)
  const wrong = { triggerId: 'wrong', functionName: 'f1', schedule: 'cron(0 0 31 2 ? *)' }
  await t.rejects(turns.putSchedule(wrong), { code: 'InvalidSchedule' })
  await t.rejects(turns.putSchedule({ ...wrong, schedule: 'rate(1 day)', timezone: 'Mars/Base' }), {
    code: 'InvalidSchedule',
  })
  t.same(await raw(t).getJobSchedulers(), [])
})

t.test('a tick that cannot be taken comes again as the same tick', async (t) => {
  const turns = open(t)
  const times: number[] = []
  const taken = Promise.withResolvers<void>()
  const worker = turns.take(
    {
      ...none,
      async tick({ fireTime }) {
        times.push(+fireTime)
        if (times.length < 2) throw new Error('queue is full')
        taken.resolve()
      },
    },
    4,
  )
  const schedule = { triggerId: 'again', functionName: 'f1', schedule: 'rate(1 day)' }
  await turns.putSchedule(schedule)
  await taken.promise
  t.equal(times[0], times[1])
  await turns.removeSchedule('again')
  await worker.close()
})

t.test('after an outage a schedule catches up with one run, then keeps its rhythm', async (t) => {
  const turns = open(t)
  const queue = raw(t)
  const data = { triggerId: 'catch', functionName: 'f1', schedule: 'every 200 ms' }
  await queue.upsertJobScheduler('catch', { every: 200 }, { name: 'tick', data })
  const missed = Date.now()
  await sleep(1500)
  const times: number[] = []
  const several = Promise.withResolvers<void>()
  const back = Date.now()
  const worker = turns.take(
    {
      ...none,
      async tick({ fireTime }) {
        times.push(+fireTime)
        if (times.length === 4) several.resolve()
      },
    },
    4,
  )
  await several.promise
  await turns.removeSchedule('catch')
  const late = times.filter((time) => time < back)
  t.equal(late.length, 1, `fires that were due between ${missed} and ${back}`)
  await worker.close()
})

t.test('while Redis is away a turn is refused in time, and closing does not hang', async (t) => {
  const turns = TurnQueue.open(server.url)
  const seen: string[] = []
  const worker = turns.take(
    { ...none, turn: async (functionName) => void seen.push(functionName) },
    2,
  )
  await turns.give('before')
  while (seen.length < 1) await sleep(5)
  await server.kill()
  await t.rejects(turns.give('f1'), { code: 'RedisUnavailable' })
  const other = TurnQueue.open(server.url)
  await Promise.all([other.close(), other.close()])
  await server.start()
  for (;;) {
    const given = await turns.give('after').catch(() => 'not yet')
    if (given === undefined) break
    await sleep(20)
  }
  while (!seen.includes('after')) await sleep(5)
  t.same(seen, ['before', 'after'], 'the worker is back by itself')
  await server.kill()
  await Promise.all([worker.close(), turns.close()])
  await server.start()
})
