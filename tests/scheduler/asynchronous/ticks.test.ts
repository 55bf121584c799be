import { setTimeout as sleep } from 'node:timers/promises'
import { Queue } from 'bullmq'
import t from 'tap'
import { HearthError } from '../../../core/errors.ts'
import type { ScheduleTick } from '../../../core/invocations/turn-queue.ts'
import { QUEUE_PREFIX, TURN_QUEUE } from '../../../core/keys.ts'
import { Ticks, tickAcceptance } from '../../../scheduler/asynchronous/ticks.ts'
import { startQueue } from '../../fixtures/asynchronous.ts'

const tick: ScheduleTick = {
  triggerId: 'tr-1',
  functionName: 'digest',
  schedule: 'cron(0 9 * * ? *)',
  fireTime: new Date('2026-03-29T07:00:00.000Z'),
}

t.test('a tick becomes the event that EventBridge would send', async (t) => {
  const { event, ...rest } = tickAcceptance(tick, 'event-1')
  t.same(rest, {
    functionName: 'digest',
    cause: { kind: 'schedule', triggerId: 'tr-1', detail: '2026-03-29T07:00:00.000Z' },
    dedupeKey: 'schedule:tr-1:1774767600000',
  })
  t.same(JSON.parse(event.toString()), {
    version: '0',
    id: 'event-1',
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: '2026-03-29T07:00:00Z',
    region: 'us-east-1',
    resources: ['arn:aws:events:us-east-1:000000000000:rule/tr-1'],
    detail: {},
  })
})

t.test('the input of a trigger takes the place of that event, whatever JSON it is', async (t) => {
  for (const input of [{ deep: [1, { a: null }] }, 'text', 0, false, null, []]) {
    t.equal(tickAcceptance({ ...tick, input }, 'x').event.toString(), JSON.stringify(input))
  }
})

t.test('The event of a rule or schedule of AWS’s says which one it is', async (t) => {
  const eventOf = (origin: string) =>
    JSON.parse(tickAcceptance({ ...tick, origin }, 'event-1').event.toString())
  const rule = 'arn:aws:events:us-east-1:000000000000:rule/nightly'
  t.match(eventOf(rule), { source: 'aws.events', resources: [rule], detail: {} })
  const schedule = 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly'
  t.match(eventOf(schedule), { source: 'aws.scheduler', resources: [schedule], detail: '{}' })
})

t.test('one fire time is one invocation, however often its tick comes', async (t) => {
  const { invocations, triggers, turns } = await startQueue(t)
  const ticks = new Ticks({ invocations, triggers, turns, room: () => 1 })
  const { id: triggerId } = await triggers.add('digest', {
    type: 'schedule',
    schedule: tick.schedule,
  })
  const own = { ...tick, triggerId }
  await Promise.all(Array.from({ length: 10 }, () => ticks.take(own)))
  await ticks.take({ ...own, fireTime: new Date(own.fireTime.getTime() + 60_000) })
  t.equal((await invocations.list('digest', { limit: 10 })).invocations.length, 2)
})

t.test('a schedule whose trigger is gone is removed, and runs nothing', async (t) => {
  const { invocations, triggers, turns } = await startQueue(t)
  const ticks = new Ticks({ invocations, triggers, turns, room: () => 1 })
  const left = { triggerId: 'left-behind', functionName: 'digest', schedule: 'rate(1 day)' }
  await turns.putSchedule(left)
  t.equal(await turns.isScheduled(left), true)
  await ticks.take({ ...tick, ...left })
  t.equal(await turns.isScheduled(left), false)
  t.same((await invocations.list('digest', { limit: 10 })).invocations, [])
})

t.test('a schedule runs its function, and goes when the function is gone', async (t) => {
  const queue = await startQueue(t)
  const events: unknown[] = []
  let gone = false
  const answer = (event: unknown) => {
    events.push(event)
    return { result: 'done' }
  }
  await queue.node('n1', {
    answer,
    room(name) {
      if (gone) throw new HearthError('FunctionNotFound', { name })
      return 5
    },
  })
  const input = { report: 'daily' }
  const { id: triggerId } = await queue.triggers.add('digest', {
    type: 'schedule',
    schedule: 'rate(1 day)',
    input,
  })
  while (events.length < 1) await sleep(10)
  t.same(events, [input])
  const [invocation] = (await queue.invocations.list('digest', { limit: 10 })).invocations
  t.match(await queue.ended(invocation?.id ?? ''), {
    state: 'succeeded',
    cause: { kind: 'schedule', triggerId },
  })

  gone = true
  const connection = { path: queue.server.url.slice('unix://'.length) }
  const raw = new Queue(TURN_QUEUE, { prefix: QUEUE_PREFIX, connection })
  t.teardown(() => raw.close())
  const data = { triggerId: 'tr-3', functionName: 'digest', schedule: 'every 50 ms' }
  await raw.upsertJobScheduler('tr-3', { every: 50 }, { name: 'tick', data })
  while ((await raw.getJobSchedulers()).some(({ key }) => key === 'tr-3')) await sleep(10)
  t.equal(events.length, 1)
})
