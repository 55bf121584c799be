import t from 'tap'
import { HashFull, RecordHash } from '../../../core/redis/record-hash.ts'
import { startRedis } from '../../fixtures/redis.ts'

const redis = await startRedis()
t.teardown(() => redis.stop())

interface Count {
  name: string
  count: number
}

t.test('Changes of one record at once are made one after the other', async (t) => {
  const hash = new RecordHash<Count>(redis.redis, 'test:counts', 10)
  const more = (current: Count | undefined) => ({ name: 'a', count: (current?.count ?? 0) + 1 })
  await Promise.all(Array.from({ length: 5 }, () => hash.change('a', more)))
  t.same(await hash.read('a'), { name: 'a', count: 5 })
  t.same(await hash.change('a', () => undefined), {
    before: { name: 'a', count: 5 },
    after: undefined,
  })
  t.equal(await hash.read('a'), undefined)
})

t.test('A change that throws leaves the record as it is', async (t) => {
  const hash = new RecordHash<Count>(redis.redis, 'test:thrown', 10)
  await hash.change('a', () => ({ name: 'a', count: 1 }))
  const refuse = () => {
    throw new Error('not this one')
  }
  await t.rejects(hash.change('a', refuse), { message: 'not this one' })
  t.same(await hash.read('a'), { name: 'a', count: 1 })
})

t.test('Records are bounded, and listed by their names', async (t) => {
  const hash = new RecordHash<Count>(redis.redis, 'test:bounded', 3)
  const names = ['b', '__proto__', 'a']
  for (const name of names) await hash.change(name, () => ({ name, count: 1 }))
  await t.rejects(
    hash.change('c', () => ({ name: 'c', count: 1 })),
    new HashFull(3),
  )
  await hash.change('a', () => ({ name: 'a', count: 2 }))
  t.same(await hash.list(), [
    { name: '__proto__', count: 1 },
    { name: 'a', count: 2 },
    { name: 'b', count: 1 },
  ])
})

t.test('A record that changes with every try is given up', async (t) => {
  const hash = new RecordHash<Count>(redis.redis, 'test:contended', 3)
  let count = 0
  const overtaken = async () => {
    count += 1
    await redis.redis.hset('test:contended', 'a', JSON.stringify({ name: 'a', count }))
    return { name: 'a', count: -1 }
  }
  await t.rejects(hash.change('a', overtaken), { message: /changed faster/ })
  t.same(await hash.read('a'), { name: 'a', count })
})
