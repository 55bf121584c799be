import { paginateListSchedules } from '@aws-sdk/client-scheduler'
import t from 'tap'
import type { ScheduleRecord } from '../../../core/triggers/schedule-store.ts'
import { arnOf, awsClients, type Refusal, refused } from '../../fixtures/aws-services.ts'
import { startGateway } from '../../fixtures/gateway.ts'

const { app, create, parts } = await startGateway(t)
const { schedules } = awsClients(await app.listen({ port: 0 }))
const triggersOf = (name: string) => parts.triggers.list(name)

const schedule = {
  Name: 'nightly',
  ScheduleExpression: 'cron(0 2 * * ? *)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: arnOf('scheduled'), RoleArn: 'arn:aws:iam::000000000000:role/any' },
} as const

t.test('A schedule is told as it was set, updated and deleted', async (t) => {
  await create('scheduled')
  const { ScheduleArn } = await schedules.createSchedule({
    ...schedule,
    ScheduleExpressionTimezone: 'Europe/Berlin',
    Description: 'at night',
  })
  t.equal(ScheduleArn, 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly')
  const { Name } = schedule
  t.match(await schedules.getSchedule({ Name }), {
    ...schedule,
    Arn: ScheduleArn,
    GroupName: 'default',
    State: 'ENABLED',
    ScheduleExpressionTimezone: 'Europe/Berlin',
    Description: 'at night',
    ActionAfterCompletion: 'NONE',
    CreationDate: Date,
  })
  t.match(await triggersOf('scheduled'), [
    {
      type: 'schedule',
      schedule: 'cron(0 2 * * ? *)',
      timezone: 'Europe/Berlin',
      origin: ScheduleArn,
    },
  ])
  await t.rejects(
    schedules.createSchedule(schedule),
    refused('ConflictException', 409, /Schedule nightly already exists/),
  )
  await schedules.updateSchedule({ ...schedule, State: 'DISABLED' })
  t.same(await triggersOf('scheduled'), [])
  t.match(await schedules.getSchedule({ Name, GroupName: 'default' }), {
    State: 'DISABLED',
    Description: undefined,
    ScheduleExpressionTimezone: 'UTC',
  })
  const pages: unknown[] = []
  await schedules.createSchedule({ ...schedule, Name: 'nightly-2' })
  for await (const page of paginateListSchedules(
    { client: schedules, pageSize: 1 },
    { NamePrefix: 'nightly', GroupName: 'default' },
  )) {
    pages.push(...(page.Schedules ?? []).map((one) => one.Name))
  }
  t.same(pages, ['nightly', 'nightly-2'])
  t.match((await schedules.listSchedules({ State: 'DISABLED' })).Schedules, [{ Name }])
  await schedules.deleteSchedule({ Name })
  await schedules.deleteSchedule({ Name: 'nightly-2' })
  t.same(await triggersOf('scheduled'), [])
  await t.rejects(
    schedules.getSchedule({ Name }),
    refused('ResourceNotFoundException', 404, /Schedule nightly does not exist/),
  )
})

t.test('The same request to make a schedule, sent again, is answered again', async (t) => {
  const again = { ...schedule, Name: 'again', ClientToken: 'the-same' }
  const first = await schedules.createSchedule(again)
  t.equal((await schedules.createSchedule(again)).ScheduleArn, first.ScheduleArn)
  await schedules.deleteSchedule({ Name: 'again' })
})

t.test('A schedule that is to go when it is over, goes', async (t) => {
  const { Name, Target } = { ...schedule, Name: 'over' }
  const record: ScheduleRecord = {
    name: Name,
    expression: 'at(2026-01-01T00:00:00)',
    timezone: 'UTC',
    enabled: false,
    deleteWhenOver: true,
    functionName: 'scheduled',
    target: Target,
    createdAt: '2025-12-31T00:00:00.000Z',
    modifiedAt: '2025-12-31T00:00:00.000Z',
  }
  await parts.schedules.change(Name, () => record)
  t.same((await schedules.listSchedules({ NamePrefix: Name })).Schedules, [])
  t.equal(await parts.schedules.read(Name), undefined)
  await parts.schedules.change(Name, () => record)
  await t.rejects(schedules.getSchedule({ Name }), { name: 'ResourceNotFoundException' })
  await parts.schedules.change(Name, () => record)
  await schedules.createSchedule({ ...schedule, Name })
  await parts.schedules.change(Name, () => ({ ...record, deleteWhenOver: false }))
  t.match(await schedules.getSchedule({ Name }), { ScheduleExpression: record.expression })
  await schedules.deleteSchedule({ Name })
})

t.test('There is one schedule group', async (t) => {
  const Arn = 'arn:aws:scheduler:us-east-1:000000000000:schedule-group/default'
  const group = { Name: 'default', Arn, State: 'ACTIVE' }
  t.match(await schedules.getScheduleGroup({ Name: 'default' }), group)
  t.match(await schedules.listScheduleGroups({}), { ScheduleGroups: [group] })
  t.match(await schedules.listTagsForResource({ ResourceArn: Arn }), { Tags: [] })
})

const REFUSED_BY_SCHEDULER: Refusal[] = [
  [
    'a flexible window',
    () =>
      schedules.createSchedule({
        ...schedule,
        FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 },
      }),
    refused('ValidationException', 400, /'flexibleTimeWindow.mode'.*\[OFF\]/),
  ],
  [
    'an input that reaches a prototype',
    () =>
      schedules.createSchedule({
        ...schedule,
        Target: { ...schedule.Target, Input: '{"__proto__":1}' },
      }),
    refused('ValidationException', 400, /Target.Input must be JSON/),
  ],
  [
    'a time that is over',
    () => schedules.createSchedule({ ...schedule, ScheduleExpression: 'at(2020-01-01T00:00:00)' }),
    refused('ValidationException', 400, /never fires/),
  ],
  [
    'a start',
    () => schedules.createSchedule({ ...schedule, StartDate: new Date() }),
    refused('ValidationException', 400, /'startDate' is not supported here/),
  ],
  [
    'a time zone that is none',
    () => schedules.createSchedule({ ...schedule, ScheduleExpressionTimezone: 'Mars/Olympus' }),
    refused('ValidationException', 400, /"Mars\/Olympus" is not known/),
  ],
  [
    'a target that is no function',
    () =>
      schedules.createSchedule({
        ...schedule,
        Target: { ...schedule.Target, Arn: 'arn:aws:sqs:us-east-1:000000000000:q' },
      }),
    refused('ValidationException', 400, /only functions of this platform are/),
  ],
  [
    'an attribute of the context',
    () =>
      schedules.createSchedule({
        ...schedule,
        Target: { ...schedule.Target, Input: '{"at":"<aws.scheduler.scheduled-time>"}' },
      }),
    refused('ValidationException', 400, /Context attributes/),
  ],
  [
    'an update of no schedule',
    () => schedules.updateSchedule(schedule),
    refused('ResourceNotFoundException', 404, /Schedule nightly does not exist/),
  ],
  [
    'another group',
    () => schedules.createSchedule({ ...schedule, GroupName: 'other' }),
    refused('ResourceNotFoundException', 404, /Schedule group other does not exist/),
  ],
  [
    'an operation that is not there',
    () => schedules.createScheduleGroup({ Name: 'other' }),
    refused('UnknownOperationException', 404, /CreateScheduleGroup is not supported/),
  ],
]

t.test('EventBridge Scheduler refuses in its own words', async (t) => {
  for (const [what, ask, error] of REFUSED_BY_SCHEDULER) await t.rejects(ask(), error, what)
})
