import t from 'tap'
import { HearthError } from '../../../core/errors.ts'
import { DEFAULT_CONFIGURATION, functionArn } from '../../../core/functions/function.ts'
import { FunctionStore } from '../../../core/functions/function-store.ts'
import { TurnQueue } from '../../../core/invocations/turn-queue.ts'
import { openRules, type Rule, type RuleTarget } from '../../../core/triggers/rule-store.ts'
import { openSchedules, type ScheduleRecord } from '../../../core/triggers/schedule-store.ts'
import { TRIGGERS_PER_FUNCTION_MAX } from '../../../core/triggers/trigger.ts'
import { TriggerStore } from '../../../core/triggers/trigger-store.ts'
import { startRedis } from '../../fixtures/redis.ts'

const redis = await startRedis()
t.teardown(() => redis.stop())
const turns = TurnQueue.open(redis.url)
t.teardown(() => turns.close())
const storage = { state: 'off', reason: 'this test has none' } as const
const triggers = new TriggerStore({ redis: redis.redis, turns, storage })
const functions = new FunctionStore(redis.redis)
const rules = openRules({ redis: redis.redis, triggers, functions })

async function create(name: string): Promise<void> {
  const now = new Date().toISOString()
  await functions.create({
    ...DEFAULT_CONFIGURATION,
    name,
    arn: functionArn(name),
    codeSha256: '',
    codeSize: 1,
    version: '$LATEST',
    state: 'Active',
    revisionId: name,
    createdAt: now,
    lastModified: now,
  })
}

function target(functionName: string, id = '1', input?: string): RuleTarget {
  return { id, arn: functionArn(functionName), functionName, input, kept: {} }
}

function rule(name: string, fields: Partial<Rule>): Rule {
  return { name, eventPattern: '{"a":[1]}', enabled: true, tags: {}, targets: [], ...fields }
}

t.test(
  'A change ends the triggers that are not asked for, and leaves the others alone',
  async (t) => {
    await create('kept')
    await create('gone')
    const targets = [target('kept'), target('gone', '2')]
    await rules.change('r1', () => rule('r1', { targets }))
    const [before] = await triggers.list('kept')
    t.equal((await triggers.list('gone')).length, 1)
    await rules.change('r1', () => rule('r1', { targets: [target('kept')] }))
    t.same(await triggers.list('kept'), [before])
    t.same(await triggers.list('gone'), [])
    await rules.change('r1', () => rule('r1', { targets: [target('kept', '1', '{"b":2}')] }))
    t.match(await triggers.list('kept'), [{ id: before?.id, input: { b: 2 } }])
    await rules.change('r1', () => undefined)
    t.same(await triggers.list('kept'), [])
  },
)

t.test('A pattern and a schedule are two triggers', async (t) => {
  await create('two')
  const fields = { scheduleExpression: 'rate(1 day)', targets: [target('two')] }
  await rules.change('r2', () => rule('r2', fields))
  const types = (await triggers.list('two')).map(({ type }) => type)
  t.same(types.sort(), ['event', 'schedule'])
  await rules.change('r2', () => rule('r2', { ...fields, enabled: false }))
  t.same(await triggers.list('two'), [])
})

t.test('A change whose trigger finds no room is taken back', async (t) => {
  await create('full')
  for (let count = 1; count < TRIGGERS_PER_FUNCTION_MAX; count += 1) {
    await triggers.add('full', { type: 'event', pattern: { n: [count] } })
  }
  const one = rule('r3', { targets: [target('full', '1')] })
  await rules.change('r3', () => one)
  const two = rule('r3', { targets: [target('full', '1'), target('full', '2')] })
  await t.rejects(
    rules.change('r3', () => two),
    { code: 'InvalidRequest', message: /the limit/ },
  )
  t.same(
    (await rules.read('r3'))?.targets.map(({ id }) => id),
    ['1'],
  )
  t.equal((await triggers.list('full')).length, TRIGGERS_PER_FUNCTION_MAX)
})

t.test('A trigger that was taken away by hand comes back with the next change', async (t) => {
  await create('by-hand')
  const make = () => rule('r4', { targets: [target('by-hand')] })
  await rules.change('r4', make)
  await triggers.removeAll('by-hand')
  await rules.change('r4', make)
  t.equal((await triggers.list('by-hand')).length, 1)
})

t.test('A change that broke off while it ended a trigger can be made again', async (t) => {
  await create('broken-off')
  let broken = false
  class BreakingStore extends TriggerStore {
    override async remove(functionName: string, id: string): Promise<void> {
      if (broken) throw new HearthError('RedisUnavailable')
      await super.remove(functionName, id)
    }
  }
  const breaking = new BreakingStore({ redis: redis.redis, turns, storage })
  const store = openRules({ redis: redis.redis, triggers: breaking, functions })
  await store.change('r7', () => rule('r7', { targets: [target('broken-off')] }))
  broken = true
  const empty = () => rule('r7', {})
  await t.rejects(store.change('r7', empty), { code: 'RedisUnavailable' })
  broken = false
  await store.change('r7', empty)
  t.same(await triggers.list('broken-off'), [])
})

t.test('Changes at once end with the triggers of the record', async (t) => {
  await create('at-once')
  const states = ['1', '2', '3', '4'].map((id) =>
    rule('r5', { targets: [target('at-once', id)], eventPattern: `{"n":[${id}]}` }),
  )
  await Promise.all(states.map((state) => rules.change('r5', () => state)))
  const now = await rules.read('r5')
  const left = await triggers.list('at-once')
  t.equal(left.length, 1)
  t.match(left, [{ pattern: JSON.parse(now?.eventPattern ?? '') }])
})

t.test('A schedule that is over keeps no function from being made', async (t) => {
  const schedules = openSchedules({ redis: redis.redis, triggers, functions })
  const now = new Date().toISOString()
  const target = { Arn: functionArn('after'), RoleArn: 'arn:aws:iam::000000000000:role/any' }
  const over: ScheduleRecord = {
    name: 'over',
    expression: 'at(2020-01-31T09:30:00)',
    timezone: 'UTC',
    enabled: true,
    deleteWhenOver: false,
    functionName: 'after',
    target,
    createdAt: now,
    modifiedAt: now,
  }
  await schedules.change('over', () => over)
  await create('after')
  await schedules.functionMade('after')
  t.same(await triggers.list('after'), [])
})

t.test('A function that is made gets the triggers that wait for it', async (t) => {
  await rules.change('r6', () => rule('r6', { targets: [target('later')] }))
  t.same(await triggers.list('later'), [])
  await create('later')
  await rules.functionMade('later')
  await rules.functionMade('later')
  t.equal((await triggers.list('later')).length, 1)
})
