import t from 'tap'
import { arnOf, POLICY } from '../../fixtures/aws-services.ts'
import {
  backUp,
  configurationOf,
  restore,
  schedulesOf,
  storedZip,
  takeApart,
} from '../../fixtures/backups.ts'
import {
  type Clients,
  clientsOf,
  furnishOthers,
  LAYERS,
  MAPPINGS,
  mapQueue,
  POLICY_ARN,
  publishLayer,
  QUEUE,
  SCHEDULE,
  toldOf,
} from '../../fixtures/furnished-others.ts'
import { type GatewayFixture, startGateway } from '../../fixtures/gateway.ts'

const outcomes = (others: { kind: string; outcome: string }[]) =>
  others.map(({ kind, outcome }) => `${kind} ${outcome}`)
const allOf = (outcome: string) =>
  ['layer', 'layer', 'role', 'policy', 'mapping', 'rule', 'schedule'].map(
    (kind) => `${kind} ${outcome}`,
  )

t.test('each kind is there again on an empty platform, and unchanged the next time', async (t) => {
  const [from, to] = [await startGateway(t), await startGateway(t)]
  const clients = await clientsOf(from)
  await furnishOthers(from, clients)
  const archive = await backUp(from)
  const { status, body } = await restore(to, archive)
  t.equal(status, 200)
  t.strictSame(body.warnings, [])
  t.strictSame(outcomes(body.others), allOf('created'))
  const [{ uuid = '' } = {}] = await from.parts.mappings.list()
  t.strictSame(
    body.others.map(({ name }: { name: string }) => name),
    ['tools:1', 'tools:2', 'worker', POLICY_ARN, uuid, 'large-orders', 'nightly'],
  )
  t.strictSame(await toldOf(to, await clientsOf(to)), await toldOf(from, clients))
  t.strictSame(await configurationOf(to), await configurationOf(from))
  for (const { codeSha256 } of await from.parts.layers.versions('tools')) {
    t.strictSame(await to.parts.code.get(codeSha256), await from.parts.code.get(codeSha256))
  }

  const [before, inForce] = [await configurationOf(to), await schedulesOf(to)]
  const again = await restore(to, archive)
  t.strictSame(outcomes(again.body.others), allOf('unchanged'))
  t.strictSame(await configurationOf(to), before)
  t.strictSame(await schedulesOf(to), inForce, 'no rhythm begins anew')
})

t.test('triggers of rules and schedules are in force once, and are still theirs', async (t) => {
  const [from, to] = [await startGateway(t), await startGateway(t)]
  await furnishOthers(from, await clientsOf(from))
  await restore(to, await backUp(from))
  const triggers = await to.parts.triggers.list('worker')
  t.strictSame(triggers, await from.parts.triggers.list('worker'))
  t.strictSame(triggers.map(({ type }) => type).sort(), ['event', 'schedule', 'schedule'])
  const ids = triggers.filter(({ type }) => type === 'schedule').map(({ id }) => id)
  const inForce = (await schedulesOf(to)).filter((_value, index) => index % 2 === 0)
  t.strictSame(inForce.sort(), ids.sort())
  const { eventBridge, schedules } = await clientsOf(to)
  await eventBridge.removeTargets({ Rule: 'large-orders', Ids: ['first'] })
  await schedules.deleteSchedule({ Name: SCHEDULE.Name })
  t.strictSame(await to.parts.triggers.list('worker'), [])
  t.strictSame(await schedulesOf(to), [])
})

t.test('a rule brings its triggers to a function that is only here, or comes later', async (t) => {
  const [from, to] = [await startGateway(t), await startGateway(t)]
  await furnishOthers(from, await clientsOf(from))
  const [wanted] = [await from.parts.triggers.list('worker')]
  await from.call('DELETE /functions/worker')
  const archive = await backUp(from)
  const ids = (triggers: { id: string }[]) => triggers.map(({ id }) => id).sort()
  await to.create('worker')
  t.equal((await restore(to, archive)).status, 200)
  t.strictSame(ids(await to.parts.triggers.list('worker')), ids(wanted))
  const later = await startGateway(t)
  t.equal((await restore(later, archive)).status, 200)
  await later.create('worker')
  t.strictSame(ids(await later.parts.triggers.list('worker')), ids(wanted))
})

/** How each kind becomes another one than that of the backup, and how the conflict names it. */
const CHANGES: [string, (gateway: GatewayFixture, clients: Clients) => Promise<unknown>][] = [
  ['layer tools:2', ({ call }) => call(`DELETE ${LAYERS}/tools/versions/2/policy/all`)],
  [
    'rule large-orders',
    (_gateway, { eventBridge }) =>
      eventBridge.putTargets({
        Rule: 'large-orders',
        Targets: [{ Id: 'second', Arn: arnOf('other') }],
      }),
  ],
  [
    'schedule nightly',
    (_gateway, { schedules }) =>
      schedules.updateSchedule({ ...SCHEDULE, ScheduleExpression: 'rate(1 day)' }),
  ],
  [
    'role worker',
    (_gateway, { roles }) => roles.updateRole({ RoleName: 'worker', Description: 'new' }),
  ],
  [
    `policy ${POLICY_ARN}`,
    (_gateway, { roles }) =>
      roles.setDefaultPolicyVersion({ PolicyArn: POLICY_ARN, VersionId: 'v1' }),
  ],
  [
    'mapping ',
    async ({ call, parts }) => {
      const [{ uuid = '' } = {}] = await parts.mappings.list()
      return call(`PUT ${MAPPINGS}/${uuid}`, { json: { BatchSize: 5 } })
    },
  ],
]

t.test('one that is here and differs is a conflict, and is replaced where asked', async (t) => {
  const [from, to] = [await startGateway(t), await startGateway(t)]
  await furnishOthers(from, await clientsOf(from))
  await from.create('other')
  const archive = await backUp(from)
  await restore(to, archive)
  const wanted = await configurationOf(to)
  const clients = await clientsOf(to)
  /** A trigger that its rule or schedule has brought back is made at another time. */
  const timeless = (found: unknown) => JSON.stringify(found).replace(/createdAt\\":\\"[^"]*/g, '')
  for (const [name, change] of CHANGES) {
    await change(to, clients)
    const before = await configurationOf(to)
    t.notSame(before, wanted, name)
    // Triggers of a rule or schedule are no difference of their functions.
    const message = new RegExp(`: ${name}[0-9a-f-]*$`)
    const refused = { status: 409, body: { error: { code: 'RestoreConflict', message } } }
    t.match(await restore(to, archive), refused, name)
    t.strictSame(await configurationOf(to), before, `${name}: nothing was written`)
    const { status, body } = await restore(to, archive, '?replace=true')
    t.equal(status, 200, name)
    const replaced = outcomes(body.others).filter((one) => !one.endsWith('unchanged'))
    t.strictSame(replaced, [`${name.split(' ')[0]} replaced`])
    t.equal(timeless(await configurationOf(to)), timeless(wanted), `${name} is as it was`)
  }
})

t.test('what is only here stays, and so do its triggers', async (t) => {
  const [from, to] = [await startGateway(t), await startGateway(t)]
  await furnishOthers(from, await clientsOf(from))
  const clients = await clientsOf(to)
  await to.create('worker', { memoryMb: 256 })
  await clients.eventBridge.putRule({ Name: 'mine', EventPattern: '{"source":["mine"]}' })
  await clients.eventBridge.putTargets({
    Rule: 'mine',
    Targets: [{ Id: 'first', Arn: arnOf('worker') }],
  })
  await clients.roles.createPolicy({ PolicyName: 'mine', PolicyDocument: POLICY })
  await mapQueue(to, `${QUEUE}-mine`)
  await publishLayer(to, 'mine', 'one')
  const [mine] = await to.parts.triggers.list('worker')
  const { status, body } = await restore(to, await backUp(from), '?replace=true')
  t.equal(status, 200)
  t.strictSame(outcomes(body.others), allOf('created'))
  t.strictSame(
    (await to.parts.rules.list()).map(({ name }) => name),
    ['large-orders', 'mine'],
  )
  t.strictSame(await to.parts.triggers.find('worker', String(mine?.id)), mine)
  t.equal((await to.parts.triggers.list('worker')).length, 4)
  t.equal((await to.parts.roles.policies.list()).length, 2)
  t.equal((await to.parts.mappings.list()).length, 2)
  t.strictSame(await to.parts.layers.names(), ['mine', 'tools'])
})

t.test('the next version of a layer has a number above all that were ever given', async (t) => {
  const [from, to] = [await startGateway(t), await startGateway(t)]
  for (const text of ['one', 'two', 'three']) await publishLayer(from, 'tools', text)
  await publishLayer(from, 'gone', 'one')
  await from.call(`DELETE ${LAYERS}/tools/versions/3`)
  await from.call(`DELETE ${LAYERS}/gone/versions/1`)
  const archive = await backUp(from)
  t.equal((await restore(to, archive)).status, 200)
  t.equal(await publishLayer(to, 'tools', 'four'), 4)
  t.equal(await publishLayer(to, 'gone', 'two'), 2)
  for (const text of ['five', 'six']) await publishLayer(to, 'tools', text)
  t.equal((await restore(to, archive)).status, 200)
  t.equal(await publishLayer(to, 'tools', 'seven'), 7, 'it is not lowered either')
})

t.test('a restore that was broken off between functions and rules is finished', async (t) => {
  const [from, to] = [await startGateway(t), await startGateway(t)]
  await furnishOthers(from, await clientsOf(from))
  const archive = await backUp(from)
  to.link.onAnnounce = () => Promise.reject(new Error('gone'))
  t.equal((await restore(to, archive)).status, 500)
  t.strictSame(await to.parts.rules.list(), [])
  to.link.onAnnounce = () => undefined
  // As where the platform is killed between a rule and its triggers.
  const [rule] = await from.parts.rules.list()
  await to.redis.redis.hset('hearth:rules', 'large-orders', JSON.stringify(rule))
  for (const { id } of await to.parts.triggers.list('worker')) {
    await to.parts.triggers.remove('worker', id)
  }
  const { status, body } = await restore(to, archive)
  t.equal(status, 200)
  t.strictSame(body.functions, [{ name: 'worker', outcome: 'unchanged' }])
  t.match(outcomes(body.others).join(), /rule unchanged,schedule created$/)
  const ids = async ({ parts }: GatewayFixture) =>
    (await parts.triggers.list('worker')).map(({ id }) => id).sort()
  t.strictSame(await ids(to), await ids(from))
  t.strictSame(await to.parts.rules.list(), await from.parts.rules.list())
  t.strictSame(await to.parts.schedules.list(), await from.parts.schedules.list())
})

t.test('mappings may have exchanged their sources', async (t) => {
  const [from, to] = [await startGateway(t), await startGateway(t)]
  await from.create('worker')
  for (const queue of [QUEUE, `${QUEUE}-b`]) await mapQueue(from, queue)
  const archive = await backUp(from)
  const [a, b] = await from.parts.mappings.list()
  if (!a || !b) throw new Error('There are two mappings')
  await to.create('worker')
  await to.parts.mappings.create({ ...a, identity: b.identity, fields: b.fields })
  await to.parts.mappings.create({ ...b, identity: a.identity, fields: a.fields })
  t.equal((await restore(to, archive)).status, 409)
  const { status, body } = await restore(to, archive, '?replace=true')
  t.equal(status, 200)
  t.strictSame(outcomes(body.others), ['mapping replaced', 'mapping replaced'])
  t.strictSame(await to.parts.mappings.list(), [a, b])
  await t.rejects(to.parts.mappings.create({ ...a, uuid: 'c' }), { code: 'MappingAlreadyExists' })

  const other = await startGateway(t)
  await other.create('worker')
  await mapQueue(other, QUEUE)
  const taken = { code: 'InvalidBackup', message: /are another mapping's here/ }
  t.match(await restore(other, archive, '?replace=true'), { status: 400, body: { error: taken } })
})

t.test('a schedule that is over is restored and stays over', async (t) => {
  const [from, to] = [await startGateway(t), await startGateway(t)]
  await furnishOthers(from, await clientsOf(from))
  const { manifest, packages } = await takeApart(await backUp(from))
  const [schedule] = manifest.schedules
  Object.assign(schedule ?? {}, { expression: 'at(2020-01-31T09:30:00)' })
  manifest.functions = []
  await to.create('worker')
  const entries = { 'manifest.json': Buffer.from(JSON.stringify(manifest)) }
  const layers = new Set(
    manifest.layers.map(
      ({ codeSha256 }) => `packages/${Buffer.from(codeSha256, 'base64').toString('hex')}.zip`,
    ),
  )
  const kept = Object.fromEntries([...packages].filter(([path]) => layers.has(path)))
  const { status } = await restore(to, storedZip({ ...entries, ...kept }))
  t.equal(status, 200)
  t.strictSame(await to.parts.schedules.list(), [schedule])
  t.equal((await to.parts.triggers.list('worker')).length, 2, 'those of the rule')
})

t.test('an archive of version 2, with functions only, is restored', async (t) => {
  const [from, to] = [await startGateway(t), await startGateway(t)]
  await from.create('plain')
  const { manifest, packages } = await takeApart(await backUp(from))
  const { format, createdAt, functions } = manifest
  const before = { format, version: 2, createdAt, functions }
  const { status, body } = await restore(
    to,
    storedZip({
      'manifest.json': Buffer.from(JSON.stringify(before)),
      ...Object.fromEntries(packages),
    }),
  )
  t.equal(status, 200)
  t.strictSame(body.functions, [{ name: 'plain', outcome: 'created' }])
  t.strictSame(body.others, [])
})

t.test('an archive of version 4, which does not tell of secrets, is restored', async (t) => {
  const [from, to] = [await startGateway(t), await startGateway(t)]
  await from.create('plain')
  const { manifest, packages } = await takeApart(await backUp(from))
  const { secrets: _secrets, ...before } = { ...manifest, version: 4 }
  const { status, body } = await restore(
    to,
    storedZip({
      'manifest.json': Buffer.from(JSON.stringify(before)),
      ...Object.fromEntries(packages),
    }),
  )
  t.equal(status, 200)
  t.strictSame(body.functions, [{ name: 'plain', outcome: 'created' }])
  t.strictSame(body.missingSecrets, [])
})
