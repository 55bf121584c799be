import t from 'tap'
import type { Trigger } from '../../core/triggers/trigger.ts'
import { arnOf, awsClients, refused, TRUST } from '../fixtures/aws-services.ts'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { eventually, rest } from '../fixtures/rest.ts'

/** Seconds from now to a one-time schedule: long enough to make it, short enough to wait for. */
const SOON_SECONDS = 8

const platform = await startPlatform()
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)
const { eventBridge, roles, schedules, identity } = awsClients(platform.url)

const ECHO = 'export const handler = async (event) => event'

async function triggersOf(name: string): Promise<Trigger[]> {
  const url = `${platform.url}/functions/${name}/triggers`
  return (await rest<{ triggers: Trigger[] }>(url)).body.triggers
}

t.test('Whoever calls has a name and may keep roles', async (t) => {
  t.match(await identity.getCallerIdentity({}), {
    Arn: 'arn:aws:iam::000000000000:user/AKIDEXAMPLE',
  })
  const role = { RoleName: 'worker', AssumeRolePolicyDocument: TRUST }
  await roles.createRole(role)
  t.match(await roles.getRole(role), { Role: { RoleName: 'worker' } })
})

t.test('An event that is put reaches the targets of the rules that it fits', async (t) => {
  await functions.create('orders', ECHO)
  const Name = 'large-orders'
  const EventPattern = JSON.stringify({
    source: ['my.shop'],
    'detail-type': [{ prefix: 'Order' }],
    account: ['000000000000'],
    resources: [{ suffix: '/1' }],
    detail: { total: [{ numeric: ['>', 100] }] },
  })
  const put = await eventBridge.putRule({
    Name,
    EventPattern,
    Description: 'over a hundred',
    Tags: [{ Key: 'team', Value: 'shop' }],
  })
  const RuleArn = 'arn:aws:events:us-east-1:000000000000:rule/large-orders'
  t.equal(put.RuleArn, RuleArn)
  t.match(
    await eventBridge.putTargets({
      Rule: Name,
      Targets: [
        { Id: 'whole', Arn: arnOf('orders') },
        { Id: 'constant', Arn: arnOf('orders'), Input: '{"constant":true}' },
      ],
    }),
    { FailedEntryCount: 0 },
  )
  const entry = {
    Source: 'my.shop',
    DetailType: 'OrderMade',
    Detail: '{"total":101}',
    Resources: ['orders/1'],
    Time: new Date('2026-01-31T09:30:00Z'),
  }
  const sent = await eventBridge.putEvents({
    Entries: [entry, { ...entry, Detail: '{"total":100}' }, { ...entry, Source: 'other' }],
  })
  t.equal(sent.FailedEntryCount, 0)
  const [first] = sent.Entries ?? []
  const ended = await functions.ends('orders', 2)
  t.equal((await functions.invocations('orders')).length, 2)
  const results = ended.map(({ result }) => result)
  t.match(
    results.find((one) => Object.hasOwn(one as object, 'version')),
    {
      version: '0',
      id: first?.EventId,
      'detail-type': 'OrderMade',
      source: 'my.shop',
      account: '000000000000',
      time: '2026-01-31T09:30:00Z',
      region: 'us-east-1',
      resources: ['orders/1'],
      detail: { total: 101 },
    },
  )
  t.ok(results.some((one) => JSON.stringify(one) === '{"constant":true}'))
  t.match(await triggersOf('orders'), [
    { type: 'event', origin: RuleArn, input: { constant: true } },
    { type: 'event', origin: RuleArn },
  ])
  const described = { Name, Arn: RuleArn, EventPattern, State: 'ENABLED', EventBusName: 'default' }
  t.match(await eventBridge.describeRule({ Name }), { ...described, Description: 'over a hundred' })
  t.match(await eventBridge.listRules({ NamePrefix: 'large' }), { Rules: [described] })
  t.match(await eventBridge.listTargetsByRule({ Rule: Name }), {
    Targets: [
      { Id: 'constant', Arn: arnOf('orders'), Input: '{"constant":true}' },
      { Id: 'whole', Arn: arnOf('orders') },
    ],
  })
  t.match(await eventBridge.listRuleNamesByTarget({ TargetArn: arnOf('orders') }), {
    RuleNames: [Name],
  })
})

t.test('CloudEvents fit rules, and events that are put fit CloudEvent triggers', async (t) => {
  await functions.create('by-rule', ECHO)
  await functions.create('by-trigger', ECHO)
  const EventPattern = JSON.stringify({ 'detail-type': ['both.forms'], detail: { n: [1] } })
  await eventBridge.putRule({ Name: 'both', EventPattern })
  await eventBridge.putTargets({ Rule: 'both', Targets: [{ Id: '1', Arn: arnOf('by-rule') }] })
  const pattern = { type: ['both.forms'], data: { n: [2] } }
  await functions.addTrigger('by-trigger', { type: 'event', pattern })
  const cloudEvent = {
    specversion: '1.0',
    id: 'c-1',
    source: '/shop',
    type: 'both.forms',
    subject: 'order/7',
    data: { n: 1 },
  }
  await rest(`${platform.url}/events`, {
    body: cloudEvent,
    headers: { 'content-type': 'application/cloudevents+json' },
  })
  const [byRule] = await functions.ends('by-rule', 1)
  t.match(byRule?.result, {
    version: '0',
    id: 'c-1',
    source: '/shop',
    'detail-type': 'both.forms',
    resources: ['order/7'],
    detail: { n: 1 },
  })
  const Entries = [{ Source: 'my.shop', DetailType: 'both.forms', Detail: '{"n":2}' }]
  await eventBridge.putEvents({ Entries })
  const [byTrigger] = await functions.ends('by-trigger', 1)
  t.match(byTrigger?.result, {
    specversion: '1.0',
    source: 'my.shop',
    type: 'both.forms',
    datacontenttype: 'application/json',
    data: { n: 2 },
  })
})

t.test('A rule that is disabled has no triggers, and gets them back', async (t) => {
  await functions.create('toggled', ECHO)
  const [Name, Rule] = ['toggled', 'toggled']
  const EventPattern = '{"source":["toggle"]}'
  const put = () =>
    eventBridge.putEvents({ Entries: [{ Source: 'toggle', DetailType: 'x', Detail: '{}' }] })
  await eventBridge.putRule({ Name, EventPattern, State: 'DISABLED' })
  await eventBridge.putTargets({ Rule, Targets: [{ Id: '1', Arn: arnOf('toggled') }] })
  t.same(await triggersOf('toggled'), [])
  await put()
  await eventBridge.enableRule({ Name })
  t.equal((await triggersOf('toggled')).length, 1)
  await put()
  await functions.ends('toggled', 1)
  await eventBridge.disableRule({ Name })
  t.match(await eventBridge.describeRule({ Name }), { State: 'DISABLED' })
  t.same(await triggersOf('toggled'), [])
  await put()
  await eventBridge.putRule({ Name, EventPattern: '{"source":["other"]}' })
  t.match(await triggersOf('toggled'), [{ pattern: { source: ['other'] } }])
  t.equal((await functions.invocations('toggled')).length, 1)

  await t.rejects(
    eventBridge.deleteRule({ Name }),
    refused('ValidationException', 400, /can't be deleted since it has targets/),
  )
  await eventBridge.removeTargets({ Rule, Ids: ['1', 'none'] })
  t.same(await triggersOf('toggled'), [])
  await eventBridge.deleteRule({ Name })
  await eventBridge.deleteRule({ Name })
  await t.rejects(
    eventBridge.describeRule({ Name }),
    refused('ResourceNotFoundException', 400, /Rule toggled does not exist on EventBus default/),
  )
})

t.test('A target may be an alias, by which another version is called', async (t) => {
  await functions.create('released', 'export const handler = async () => 1')
  const url = `${platform.url}/functions/released`
  await rest(`${url}/versions`, { body: {} })
  await rest(`${url}/aliases/live`, { method: 'PUT', body: { functionVersion: '1' } })
  const source = 'export const handler = async () => 2'
  await rest(`${url}/code`, { method: 'PUT', body: { source } })
  await eventBridge.putRule({ Name: 'released', EventPattern: '{"source":["release"]}' })
  const Targets = [{ Id: '1', Arn: `${arnOf('released')}:live` }]
  t.match(await eventBridge.putTargets({ Rule: 'released', Targets }), { FailedEntryCount: 0 })
  t.match(await triggersOf('released'), [{ qualifier: 'live' }])
  const Entries = [{ Source: 'release', DetailType: 'x', Detail: '{}' }]
  await eventBridge.putEvents({ Entries })
  const caused = await eventually('the alias is called', async () => {
    const [one] = await functions.invocations('released', 'qualifier=live')
    return one
  })
  const ended = await functions.ended(caused.id)
  t.equal(ended.result, 1)
})

t.test('A rule waits for a function that is made anew', async (t) => {
  await functions.create('renewed', ECHO)
  await eventBridge.putRule({ Name: 'renewed', EventPattern: '{"source":["renew"]}' })
  const Targets = [{ Id: '1', Arn: arnOf('renewed') }]
  await eventBridge.putTargets({ Rule: 'renewed', Targets })
  await rest(`${platform.url}/functions/renewed`, { method: 'DELETE' })
  await functions.create('renewed', ECHO)
  t.match(await triggersOf('renewed'), [{ type: 'event', pattern: { source: ['renew'] } }])
})

t.test('A scheduled rule fires with its own ARN', async (t) => {
  await functions.create('hourly', ECHO)
  const ScheduleExpression = 'rate(1 hour)'
  const { RuleArn = '' } = await eventBridge.putRule({ Name: 'hourly', ScheduleExpression })
  await eventBridge.putTargets({ Rule: 'hourly', Targets: [{ Id: '1', Arn: arnOf('hourly') }] })
  const [fired] = await functions.ends('hourly', 1)
  t.match(fired, {
    state: 'succeeded',
    cause: { kind: 'schedule' },
    result: { source: 'aws.events', 'detail-type': 'Scheduled Event', resources: [RuleArn] },
  })
})

const schedule = {
  Name: 'nightly',
  ScheduleExpression: 'cron(0 2 * * ? *)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: arnOf('scheduled'), RoleArn: 'arn:aws:iam::000000000000:role/any' },
} as const

t.test('Schedules fire, with their input or with their own ARN', async (t) => {
  await functions.create('once', ECHO)
  await functions.create('rated', ECHO)
  const soon = new Date(Date.now() + SOON_SECONDS * 1000).toISOString().slice(0, 19)
  await schedules.createSchedule({
    ...schedule,
    Name: 'once',
    ScheduleExpression: `at(${soon})`,
    Target: { ...schedule.Target, Arn: arnOf('once'), Input: '{"once":true}' },
    ActionAfterCompletion: 'DELETE',
  })
  const { ScheduleArn } = await schedules.createSchedule({
    ...schedule,
    Name: 'rated',
    ScheduleExpression: 'rate(2 hours)',
    Target: { ...schedule.Target, Arn: arnOf('rated') },
  })
  const [rated] = await functions.ends('rated', 1)
  t.match(rated?.result, {
    version: '0',
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    resources: [ScheduleArn],
    detail: '{}',
  })
  const [once] = await functions.ends('once', 1)
  t.match(once, { result: { once: true }, cause: { kind: 'schedule', detail: `${soon}.000Z` } })
})

t.test('Rules and schedules outlive a restart of the platform', async (t) => {
  await platform.end()
  await platform.start()
  t.match(await roles.getRole({ RoleName: 'worker' }), { Role: { RoleName: 'worker' } })
  t.match(await eventBridge.describeRule({ Name: 'large-orders' }), { State: 'ENABLED' })
  t.match(await schedules.getSchedule({ Name: 'rated' }), { State: 'ENABLED' })
  const Entries = [
    { Source: 'my.shop', DetailType: 'Order', Detail: '{"total":500}', Resources: ['a/1'] },
  ]
  await eventBridge.putEvents({ Entries })
  await functions.ends('orders', 4)
})
