import t from 'tap'
import {
  DEFAULT_CONFIGURATION,
  type FunctionDefinition,
  functionArn,
  LATEST,
} from '../../../core/functions/function.ts'
import { FunctionStore } from '../../../core/functions/function-store.ts'
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

t.test('An address finds its function for as long as the function has it', async (t) => {
  await store.create(definition('f'))
  await store.replace(definition('f', { urlId: 'abc', revisionId: 'r2' }), 'r1')
  t.match(await store.byUrlId('abc'), { name: 'f' })
  await store.replace(definition('f', { urlId: 'def', revisionId: 'r3' }), 'r2')
  await t.rejects(store.byUrlId('abc'), { code: 'FunctionUrlNotFound' })
  t.match(await store.byUrlId('def'), { name: 'f' })
  await store.replace(definition('f', { revisionId: 'r4' }), 'r3')
  await t.rejects(store.byUrlId('def'), { code: 'FunctionUrlNotFound' })
})

t.test('What is deleted is gone whole, and comes back as the answer', async (t) => {
  await store.create(definition('f', { urlId: 'abc' }))
  await store.replace(definition('f', { urlId: 'abc' }), 'r1')
  t.match(await store.delete('f'), { name: 'f', urlId: 'abc' })
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
