import t from 'tap'
import type { BackupManifest } from '../../core/functions/backup.ts'
import { backUp, configurationOf, restore, storedZip, takeApart } from '../fixtures/backups.ts'
import { clientsOf, furnishOthers, MAPPINGS } from '../fixtures/furnished-others.ts'
import { startGateway } from '../fixtures/gateway.ts'

type Kind = 'layers' | 'rules' | 'schedules' | 'roles' | 'policies' | 'mappings'
// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
type Changed = Record<string, any>
/** Fields that the first record of a kind gets, or what is done to it, and what is said of it. */
type Case = [Kind, object | ((record: Changed) => void), RegExp]

const trust = '{"Statement":{"Effect":"Allow","Action":"a"}}'

const CASES: Case[] = [
  ['layers', { version: 0 }, /layer "tools" version 0: "version" must be >= 1/],
  ['layers', { version: 1.5 }, /layer "tools" version 1\.5: "version" must be integer/],
  ['layers', { version: '1' }, /"version" must be integer/],
  ['layers', { version: 2 }, /layer "tools" version 2 is there twice/],
  ['layers', { version: 3 }, /layer "tools" version 3 is newer than "layerNumbers"/],
  ['layers', { name: '../x' }, /layer "\.\.\/x" version 1: "name" must be/],
  ['layers', { codeSha256: '../x' }, /"codeSha256" must be: Base64/],
  ['layers', { codeSize: 1 }, /has another size/],
  ['layers', { mode: 1 }, /layer "tools" version 1: it has unknown fields: "mode"/],
  [
    'layers',
    {
      policy: {
        revisionId: 'a',
        statements: [{ Sid: 'a', Effect: 'Allow', Principal: '*', Action: 'a', Resource: 'x' }],
      },
    },
    /layer "tools" version 1: its policy is of another one/,
  ],
  ['rules', { name: 'a b' }, /rule "a b": "name" must/],
  ['rules', { enabled: 'yes' }, /rule "large-orders": "enabled" must be boolean/],
  ['rules', { eventPattern: '{' }, /rule "large-orders": .*JSON/],
  ['rules', { eventPattern: '{"__proto__":["a"]}' }, /rule "large-orders": .*"__proto__"/],
  ['rules', { eventPattern: '{}' }, /rule "large-orders": .*pattern is not valid/],
  ['rules', { scheduleExpression: 'often' }, /rule "large-orders": .*neither rate/],
  ['rules', { scheduleExpression: 'at(2030-01-31T09:30:00)' }, /rules have no at/],
  [
    'rules',
    (rule) => {
      delete rule.eventPattern
      delete rule.scheduleExpression
    },
    /rule "large-orders" has neither a pattern nor a schedule/,
  ],
  [
    'rules',
    ({ targets }) => Object.assign(targets[0], { functionName: 'other' }),
    /target "first" of rule "large-orders": "arn" is of another function/,
  ],
  [
    'rules',
    ({ targets }) => Object.assign(targets[0], { input: '{' }),
    /target "first" of rule "large-orders": .*JSON/,
  ],
  [
    'rules',
    ({ targets }) => Object.assign(targets[0], { input: '"\\ud800"' }),
    /target "first" of rule "large-orders": .*half of a surrogate pair/,
  ],
  [
    'rules',
    {
      tags: Object.fromEntries(Array.from({ length: 51 }, (_one, index) => [`t${index}`, ''])),
    },
    /rule "large-orders": "tags" must/,
  ],
  [
    'rules',
    ({ targets }) => targets.push(targets[0]),
    /target "first" of rule "large-orders" is there twice/,
  ],
  ['schedules', { name: '' }, /schedule "": "name" must/],
  ['schedules', { expression: 'rate(0 days)' }, /schedule "nightly": Schedule "rate\(0 days\)"/],
  ['schedules', { timezone: 'Mars/Olympus' }, /schedule "nightly": .*is not valid/],
  ['schedules', { functionName: 'other' }, /"nightly": "target.Arn" is of another function/],
  ['schedules', { qualifier: '1' }, /"nightly": "target.Arn" is of another function/],
  ['schedules', { createdAt: 'today' }, /"createdAt" must be: a time as/],
  [
    'schedules',
    ({ target }) => Object.assign(target, { Input: '{' }),
    /schedule "nightly": .*JSON/,
  ],
  [
    'schedules',
    ({ target }) => Object.assign(target, { Input: '"<aws.scheduler.execution-id>"' }),
    /schedule "nightly": Context attributes/,
  ],
  ['roles', { name: 'a b' }, /role "a b": "name" must/],
  ['roles', { arn: 'arn:aws:iam::000000000000:role/worker' }, /"arn" is of another role/],
  ['roles', { trustPolicy: '{' }, /role "worker": This policy contains invalid Json/],
  ['roles', { trustPolicy: trust }, /role "worker": Missing required field Principal/],
  ['roles', { inlinePolicies: { own: '{}' } }, /policy "own" of role "worker": /],
  ['roles', { inlinePolicies: { 'a b': '{}' } }, /role "worker": .*unknown fields: "a b"/],
  ['roles', { maxSessionSeconds: 1 }, /"maxSessionSeconds" must be >= 3600/],
  ['policies', { path: '/other/' }, /policy "arn:.*": "arn" is of another policy/],
  ['policies', { defaultVersionId: 'v9' }, /its default version v9 is missing/],
  ['policies', { lastVersion: 1 }, /version v2 of policy ".*" is newer than "lastVersion"/],
  ['policies', { versions: [] }, /"versions" must/],
  [
    'policies',
    ({ versions }) => Object.assign(versions[0], { document: '[]' }),
    /version v1 of policy ".*": Syntax errors/,
  ],
  [
    'policies',
    ({ versions }) => Object.assign(versions[0], { id: 'v2' }),
    /version v2 of policy ".*" is there twice/,
  ],
  ['mappings', { uuid: 'x' }, /mapping "x": "uuid" must be: a UUID/],
  ['mappings', { target: 'other' }, /"identity" is of another source or function/],
  ['mappings', { target: 'a b' }, /mapping ".*": "target" must be/],
  ['mappings', { fields: { BatchSize: 10 } }, /mapping ".*": Unrecognized event source/],
  [
    'mappings',
    ({ fields }) => Object.assign(fields, { BatchSize: 10_001 }),
    /mapping ".*": "BatchSize" must be <= 10000/,
  ],
  [
    'mappings',
    ({ fields }) => Object.assign(fields, { Topics: ['a-topic'] }),
    /Unsupported parameter Topics/,
  ],
  [
    'mappings',
    ({ fields }) => Object.assign(fields, { FilterCriteria: { Filters: [{ Pattern: '{' }] } }),
    /mapping ".*": Invalid filter pattern/,
  ],
  [
    'mappings',
    ({ fields }) => Object.assign(fields, { UUID: 'of another' }),
    /mapping ".*": it has unknown fields: "UUID"/,
  ],
  ['mappings', { tags: { 'aws:x': 'y' } }, /mapping ".*": Tag key 'aws:x'/],
]

t.test('a record that no route would have taken is refused without a trace', async (t) => {
  const [from, to] = [await startGateway(t), await startGateway(t)]
  await furnishOthers(from, await clientsOf(from))
  const { manifest, packages } = await takeApart(await backUp(from))
  const restoreChanged = (change: (copy: BackupManifest) => void) => {
    const copy = structuredClone(manifest)
    change(copy)
    const entries = { 'manifest.json': Buffer.from(JSON.stringify(copy)) }
    return restore(to, storedZip({ ...entries, ...Object.fromEntries(packages) }))
  }
  const refuses = async (change: (copy: BackupManifest) => void, message: RegExp) => {
    const { status, body } = await restoreChanged(change)
    t.equal(status, 400, String(message))
    t.match(body?.error, { code: 'InvalidBackup', message })
  }
  const before = await configurationOf(to)
  for (const [kind, change, says] of CASES) {
    await refuses((copy) => {
      const [record] = copy[kind]
      if (typeof change === 'function') change(record as Changed)
      else Object.assign(record ?? {}, change)
    }, says)
  }
  for (const kind of ['rules', 'schedules', 'roles', 'policies', 'mappings'] as const) {
    const one = kind === 'policies' ? 'policy' : kind.slice(0, -1)
    const twice = (copy: BackupManifest) => (copy[kind] as unknown[]).push(copy[kind][0])
    await refuses(twice, new RegExp(`${one} ".*" is there twice`))
    await refuses((copy) => Object.assign(copy, { [kind]: undefined }), /manifest: it lacks/)
  }
  await refuses(({ mappings }) => {
    const [one] = mappings
    if (one) mappings.push({ ...one, uuid: '00000000-0000-4000-8000-000000000000' })
  }, /a mapping of \["worker".* is there twice/)
  await refuses(({ layerNumbers }) => Object.assign(layerNumbers, { tools: 0 }), /must be >= 1/)
  await refuses(({ layerNumbers }) => Object.assign(layerNumbers, { 'a b': 1 }), /"a b"/)
  t.strictSame(await configurationOf(to), before, 'nothing was written')
  t.equal((await restoreChanged(() => undefined)).status, 200, 'the others are what is wrong')
})

/** A mapping of each kind of source, with members that only such sources have. */
const SOURCES = [
  {
    EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:orders.fifo',
    ScalingConfig: { MaximumConcurrency: 2 },
    FilterCriteria: { Filters: [{ Pattern: '{"body":[1]}' }] },
  },
  {
    EventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/orders',
    StartingPosition: 'AT_TIMESTAMP',
    StartingPositionTimestamp: 1.5,
    DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:x' } },
  },
  {
    EventSourceArn:
      'arn:aws:dynamodb:us-east-1:000000000000:table/a/stream/2026-01-31T09:30:00.000',
    StartingPosition: 'LATEST',
    BisectBatchOnFunctionError: true,
  },
  {
    SelfManagedEventSource: { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ['kafka:9092'] } },
    StartingPosition: 'TRIM_HORIZON',
    Topics: ['orders'],
    SourceAccessConfigurations: [{ Type: 'BASIC_AUTH', URI: 'arn:aws:a' }],
    SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: 'a' },
  },
  {
    EventSourceArn: 'arn:aws:mq:us-east-1:000000000000:broker:orders:b-1',
    Queues: ['orders'],
  },
  {
    EventSourceArn: 'arn:aws:rds:us-east-1:000000000000:cluster:orders',
    StartingPosition: 'LATEST',
    DocumentDBEventSourceConfig: { DatabaseName: 'a', FullDocument: 'Default' },
  },
]

t.test('mappings of every kind of source are taken back', async (t) => {
  const [from, to] = [await startGateway(t), await startGateway(t)]
  await from.create('worker')
  for (const source of SOURCES) {
    const json = { FunctionName: 'worker', ...source, KMSKeyArn: 'arn:aws:kms:us-east-1:0:key/a' }
    const { status, text } = await from.call(`POST ${MAPPINGS}`, { json })
    t.equal(status, 202, text)
  }
  const { status, text } = await restore(to, await backUp(from))
  t.equal(status, 200, text)
  t.strictSame(await to.parts.mappings.list(), await from.parts.mappings.list())
})

t.test('more than there may be, with those that are here, is refused', async (t) => {
  const [from, to] = [await startGateway(t), await startGateway(t)]
  await furnishOthers(from, await clientsOf(from))
  const [rule] = await from.parts.rules.list()
  for (let n = 0; n < 300; n += 1) {
    const text = JSON.stringify({ ...rule, name: `r${n}`, targets: [] })
    await to.redis.redis.hset('hearth:rules', `r${n}`, text)
  }
  const message = /there would be 301 of kind rule; 300 are allowed/
  t.match(await restore(to, await backUp(from)), {
    status: 400,
    body: { error: { code: 'InvalidBackup', message } },
  })
})
