import t from 'tap'
import { packagePath } from '../../core/functions/backup.ts'
import { arnOf } from '../fixtures/aws-services.ts'
import {
  backUp,
  configurationOf,
  restore,
  schedulesOf,
  storedZip,
  takeApart,
} from '../fixtures/backups.ts'
import { clientsOf, furnishOthers, SCHEDULE } from '../fixtures/furnished-others.ts'
import { startGateway } from '../fixtures/gateway.ts'

t.test('a trigger of a rule is no difference of its function', async (t) => {
  const [from, to] = [await startGateway(t), await startGateway(t)]
  await furnishOthers(from, await clientsOf(from))
  // It comes back with the rule, made at another time.
  const [gone] = await from.parts.triggers.list('worker')
  await from.parts.triggers.remove('worker', String(gone?.id))
  const archive = await backUp(from)
  t.equal((await restore(to, archive)).status, 200)
  t.equal((await to.parts.triggers.list('worker')).length, 3)
  const { eventBridge } = await clientsOf(to)
  await eventBridge.putRule({ Name: 'mine', ScheduleExpression: 'rate(1 day)' })
  await eventBridge.putTargets({ Rule: 'mine', Targets: [{ Id: '1', Arn: arnOf('worker') }] })
  const [before, inForce] = [await configurationOf(to), await schedulesOf(to)]
  const { status, body } = await restore(to, archive)
  t.equal(status, 200)
  t.strictSame(body.functions, [{ name: 'worker', outcome: 'unchanged' }])
  t.strictSame(await configurationOf(to), before)

  await to.call('PATCH /functions/worker', { json: { memoryMb: 256 } })
  t.match(await restore(to, archive), {
    status: 409,
    body: { error: { message: /: function worker$/ } },
  })
  const replaced = await restore(to, archive, '?replace=true')
  t.strictSame(replaced.body.functions, [{ name: 'worker', outcome: 'replaced' }])
  t.equal((await to.parts.triggers.list('worker')).length, 4)
  const idOfMine = (await to.parts.triggers.list('worker')).find(({ origin }) =>
    origin?.endsWith('/mine'),
  )?.id
  const timeOf = (entries: string[]) => entries[entries.indexOf(String(idOfMine)) + 1]
  t.ok(timeOf(inForce))
  t.equal(timeOf(await schedulesOf(to)), timeOf(inForce), 'the rhythm of what stays goes on')
})

t.test('rules that ask for more triggers than there may be are refused as a whole', async (t) => {
  const [from, to] = [await startGateway(t), await startGateway(t)]
  await furnishOthers(from, await clientsOf(from))
  await from.call('DELETE /functions/worker')
  const archive = await backUp(from)
  await to.create('worker')
  for (let count = 1; count <= 98; count += 1) {
    await to.parts.triggers.add('worker', { type: 'event', pattern: { n: [count] } })
  }
  const before = await configurationOf(to)
  const message = /function "worker" would have 101 triggers; 100 are allowed/
  const refused = { status: 400, body: { error: { code: 'InvalidBackup', message } } }
  t.match(await restore(to, archive), refused)
  t.strictSame(await configurationOf(to), before, 'nothing was written')
  const [one] = await to.parts.triggers.list('worker')
  await to.parts.triggers.remove('worker', String(one?.id))
  t.equal((await restore(to, archive)).status, 200)
  t.equal((await to.parts.triggers.list('worker')).length, 100)
})

t.test('a function that is made again has the triggers of rules that wait for it', async (t) => {
  const [from, to] = [await startGateway(t), await startGateway(t)]
  await from.create('worker')
  await to.create('worker')
  const { eventBridge } = await clientsOf(to)
  await eventBridge.putRule({ Name: 'mine', EventPattern: '{"source":["mine"]}' })
  await eventBridge.putTargets({ Rule: 'mine', Targets: [{ Id: '1', Arn: arnOf('worker') }] })
  await to.call('DELETE /functions/worker')
  t.equal((await restore(to, await backUp(from))).status, 200)
  t.match(await to.parts.triggers.list('worker'), [{ pattern: { source: ['mine'] } }])
})

t.test('what rules here have in force is not as an archive without rules has it', async (t) => {
  const [from, to] = [await startGateway(t), await startGateway(t)]
  await furnishOthers(from, await clientsOf(from))
  const whole = await backUp(from)
  const { manifest, packages } = await takeApart(whole)
  const { format, createdAt, functions } = manifest
  const [used] = functions
  const path = packagePath(String(used?.definition.codeSha256))
  const before = storedZip({
    'manifest.json': Buffer.from(JSON.stringify({ format, version: 2, createdAt, functions })),
    [path]: packages.get(path) ?? Buffer.alloc(0),
  })
  await restore(to, whole)
  const { schedules } = await clientsOf(to)
  await schedules.updateSchedule({ ...SCHEDULE, ScheduleExpression: 'rate(1 day)' })
  const [triggers, inForce] = [await to.parts.triggers.list('worker'), await schedulesOf(to)]
  const { body } = await restore(to, before)
  t.strictSame(body.functions, [{ name: 'worker', outcome: 'unchanged' }])
  t.strictSame(await to.parts.triggers.list('worker'), triggers)
  t.strictSame(await schedulesOf(to), inForce)
})
