import t from 'tap'
import { AttachmentStore } from '../../../core/functions/attachment-store.ts'
import {
  asVersion,
  DEFAULT_CONFIGURATION,
  type FunctionDefinition,
  functionArn,
} from '../../../core/functions/function.ts'
import { FunctionStore } from '../../../core/functions/function-store.ts'
import { LATEST } from '../../../core/functions/qualifier.ts'
import { startRedis } from '../../fixtures/redis.ts'

const server = await startRedis()
t.teardown(() => server.stop())
t.beforeEach(() => server.redis.flushall())
const store = new FunctionStore(server.redis)

function definition(name: string, fields: Partial<FunctionDefinition> = {}): FunctionDefinition {
  const now = new Date().toISOString()
  return {
    ...DEFAULT_CONFIGURATION,
    name,
    arn: functionArn(name),
    codeSha256: 'x',
    codeSize: 1,
    version: LATEST,
    state: 'Active',
    revisionId: 'r1',
    createdAt: now,
    lastModified: now,
    ...fields,
  }
}

t.test('What was created is read as it was, odd characters and empty lists included', async (t) => {
  const odd = definition('f', {
    description: 'Grüße \u2028 "quoted" \\ 日本',
    environment: { AA: '{"a":[]}', EMPTY: '' },
    buckets: { read: [] },
    egress: [],
  })
  await store.create(odd)
  t.strictSame(await store.read('f'), odd)
})

t.test('Of many that create the same name at once, one does', async (t) => {
  const tries = Array.from({ length: 20 }, (_, index) =>
    store.create(definition('f', { revisionId: `r${index}` })),
  )
  const ends = await Promise.allSettled(tries)
  t.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const end of ends) {
    if (end.status === 'rejected') t.match(end.reason, { code: 'FunctionAlreadyExists' })
  }
})

t.test('A replacement needs the revision that is there', async (t) => {
  await store.create(definition('f'))
  await t.rejects(store.replace(definition('f', { revisionId: 'r2' }), 'r0'), {
    code: 'FunctionChanged',
  })
  await store.replace(definition('f', { revisionId: 'r2', memoryMb: 256 }), 'r1')
  t.match(await store.read('f'), { revisionId: 'r2', memoryMb: 256 })
  await t.rejects(store.replace(definition('g'), 'r1'), { code: 'FunctionNotFound' })
  t.equal(await server.redis.hexists('hearth:functions', 'g'), 0)
})

t.test('A version is published with the change that makes it, or not at all', async (t) => {
  await store.create(definition('f'))
  const changed = definition('f', { revisionId: 'r2', memoryMb: 256, lastVersion: 1 })
  const version = asVersion(changed, { number: 1, revisionId: 'v1', description: 'first' })
  await t.rejects(store.replace(changed, 'r0', version), { code: 'FunctionChanged' })
  await t.rejects(store.read('f', '1'), { code: 'FunctionNotFound', message: /"f:1"/ })
  await store.replace(changed, 'r1', version)
  await store.replace(definition('f', { revisionId: 'r3', memoryMb: 512, lastVersion: 1 }), 'r2')
  t.match(await store.read('f', '1'), {
    version: '1',
    memoryMb: 256,
    description: 'first',
    arn: functionArn('f:1'),
  })
  t.notOk('lastVersion' in (await store.read('f', '1')))
})

t.test('A number is given once, whoever else changes the function meanwhile', async (t) => {
  await store.create(definition('f'))
  const publish = (description: string) =>
    store.replace(
      definition('f', { lastVersion: 1 }),
      'r1',
      asVersion(definition('f'), { number: 1, revisionId: description, description }),
    )
  const ends = await Promise.allSettled([publish('a'), publish('b')])
  t.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1)
  t.match(ends[1], { reason: { code: 'FunctionChanged' } })
  t.match(await store.read('f', '1'), { description: 'a' })
  const unaware = store.replace(definition('f', { revisionId: 'r2' }), 'r1')
  await t.rejects(unaware, { code: 'FunctionChanged' }, 'it does not know of the version')
  t.match(await store.read('f'), { lastVersion: 1 })
})

t.test('Versions are listed by number, in pages', async (t) => {
  await store.create(definition('f'))
  for (let number = 1; number <= 12; number += 1) {
    const version = asVersion(definition('f'), { number, revisionId: `v${number}` })
    await store.replace(definition('f', { lastVersion: number }), 'r1', version)
  }
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await store.listVersions('f', { limit: 5, ...(cursor && { cursor }) })
    seen.push(...page.versions.map(({ version }) => version))
    cursor = page.cursor
  } while (cursor !== undefined)
  t.strictSame(
    seen,
    Array.from({ length: 12 }, (_, index) => String(index + 1)),
  )
})

t.test('A version that an alias points at stays', async (t) => {
  const attachments = new AttachmentStore(server.redis)
  const version = (number: number) =>
    asVersion(definition('f'), { number, revisionId: `v${number}` })
  await store.create(definition('f', { lastVersion: 1 }), version(1))
  await store.replace(definition('f', { lastVersion: 2 }), 'r1', version(2))
  const alias = { name: 'live', description: '', revisionId: 'a1' }
  const of = { functionName: 'f', kind: 'alias', qualifier: 'live' } as const
  const weighted = { ...alias, functionVersion: '1', weights: { 2: 0.1 } }
  t.equal(await attachments.put(of, weighted, { expected: 'none', needs: ['1', '2'] }), undefined)
  for (const number of ['1', '2']) {
    await t.rejects(store.deleteVersion('f', number), { code: 'VersionInUse' })
  }
  await attachments.remove(of)
  await store.deleteVersion('f', '1')
  await t.rejects(store.deleteVersion('f', '1'), { code: 'FunctionNotFound' })
  t.strictSame(await store.versionNumbers('f'), ['2'])
})

t.test('What is deleted is gone whole, with its versions', async (t) => {
  const first = asVersion(definition('f'), { number: 1, revisionId: 'v1' })
  await store.create(definition('f'), first)
  t.strictSame(await store.delete('f'), ['f', 'f:1'])
  await t.rejects(store.delete('f'), { code: 'FunctionNotFound' })
  await t.rejects(store.read('f'), { code: 'FunctionNotFound' })
  t.strictSame(await server.redis.keys('*'), [])
})

t.test('A page ends where its limit does, and the next one begins there', async (t) => {
  const names = Array.from({ length: 25 }, (_, index) => `f${String(index).padStart(2, '0')}`)
  for (const name of names.toReversed()) await store.create(definition(name))
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await store.list({ limit: 10, ...(cursor !== undefined && { cursor }) })
    seen.push(...page.functions.map(({ name }) => name))
    cursor = page.cursor
  } while (cursor !== undefined)
  t.strictSame(seen, names)
})

t.test('A function that is named like a command or a script is only a name', async (t) => {
  for (const name of ['toString', 'hasOwnProperty', '-', '_']) {
    await store.create(definition(name))
    t.match(await store.read(name), { name })
  }
  t.strictSame(await store.list({ limit: 2, cursor: '(' }), await store.list({ limit: 2 }))
})
