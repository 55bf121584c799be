import t from 'tap'
import type { EventSourceMapping } from '../../../core/triggers/event-source-mapping.ts'
import { EventSourceMappingStore } from '../../../core/triggers/event-source-mapping-store.ts'
import { startRedis } from '../../fixtures/redis.ts'

const mapping = (uuid: string, fields: Partial<EventSourceMapping> = {}): EventSourceMapping => ({
  uuid,
  target: 'f',
  identity: uuid,
  fields: { BatchSize: 10 },
  tags: {},
  createdAt: '2026-01-31T09:30:00.000Z',
  lastModified: '2026-01-31T09:30:00.000Z',
  ...fields,
})

t.test(
  'mappings are read back as they were put, and no two have the same source and function',
  async (t) => {
    const { redis, stop } = await startRedis()
    t.teardown(stop)
    const store = new EventSourceMappingStore(redis)
    await store.create(mapping('b'))
    await store.create(mapping('a'))
    t.same(await store.list(), [mapping('a'), mapping('b')])
    await t.rejects(store.create(mapping('c', { identity: 'a' })), {
      code: 'MappingAlreadyExists',
      details: { uuid: 'a' },
    })
    await t.rejects(
      store.change('b', (before) => ({ ...before, identity: 'a' })),
      { code: 'MappingAlreadyExists' },
    )
    await store.change('a', (before) => ({ ...before, identity: 'x' }))
    await store.change('b', (before) => ({ ...before, identity: 'a' }))
    t.equal((await store.remove('a')).identity, 'x')
    await store.create(mapping('d', { identity: 'x' }))
    await t.rejects(store.read('a'), { code: 'MappingNotFound' })
    await t.rejects(store.remove('a'), { code: 'MappingNotFound' })
    await t.rejects(
      store.change('a', (before) => before),
      { code: 'MappingNotFound' },
    )
  },
)

t.test('changes at the same time are all kept', async (t) => {
  const { redis, stop } = await startRedis()
  t.teardown(stop)
  const store = new EventSourceMappingStore(redis)
  await store.create(mapping('a'))
  await Promise.all(
    ['x', 'y', 'z'].map((key) =>
      store.change('a', (before) => ({ ...before, tags: { ...before.tags, [key]: '1' } })),
    ),
  )
  t.same(Object.keys((await store.read('a')).tags).sort(), ['x', 'y', 'z'])
})
