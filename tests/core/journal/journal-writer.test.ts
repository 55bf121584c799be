import t from 'tap'
import { JournalStore } from '../../../core/journal/journal-store.ts'
import { keys } from '../../../core/keys.ts'
import { addEnded, allPages, createFunction, endedRecord } from '../../fixtures/journal.ts'
import { startRedis } from '../../fixtures/redis.ts'

t.test('what ends while Redis is away is written when it is back, in its order', async (t) => {
  const server = await startRedis()
  t.teardown(() => server.stop())
  await createFunction(server.redis, 'f')
  const { redis } = server
  const journal = new JournalStore(redis)
  const records = Array.from({ length: 900 }, () => endedRecord())
  addEnded(journal, records.slice(0, 500))
  await server.kill()
  await t.rejects(journal.writer.flush(), { code: 'RedisUnavailable' })
  addEnded(journal, records.slice(500))
  await t.rejects(journal.writer.flush(), { code: 'RedisUnavailable' })
  await server.start()
  await journal.writer.close()
  const kept = await allPages(journal, { functionName: 'f' }, 100)
  t.strictSame(
    kept.map(({ id }) => id),
    records.map(({ id }) => id).reverse(),
  )
  t.equal(journal.writer.dropped, 0)
})

t.test('what Redis answers for too late is there once, and found by its id', async (t) => {
  const server = await startRedis()
  t.teardown(() => server.stop())
  await createFunction(server.redis, 'f')
  const journal = new JournalStore(server.redis)
  const records = Array.from({ length: 900 }, () => endedRecord())
  addEnded(journal, records.slice(0, 500))
  server.freeze()
  await t.rejects(journal.writer.flush(), { code: 'RedisUnavailable' })
  addEnded(journal, records.slice(500))
  server.thaw()
  await journal.writer.close()
  for (const filter of [{}, { functionName: 'f' }]) {
    const kept = await allPages(journal, filter, 100)
    t.strictSame(
      kept.map(({ id }) => id),
      records.map(({ id }) => id).reverse(),
    )
  }
  t.match(await journal.find(records[0]?.id ?? ''), { id: records[0]?.id })
})

t.test('what Redis refuses is counted, and holds up nothing', async (t) => {
  const server = await startRedis()
  t.teardown(() => server.stop())
  for (const name of ['f', 'broken']) await createFunction(server.redis, name)
  const journal = new JournalStore(server.redis)
  await server.redis.set(keys.journal('broken'), 'not what it should be')
  addEnded(journal, [endedRecord({ functionName: 'broken' })])
  await journal.writer.flush()
  t.match(journal.writer, { dropped: 1, refusal: /WRONGTYPE/ })
  const record = endedRecord()
  addEnded(journal, [record])
  await journal.writer.flush()
  t.match(await journal.find(record.id), { id: record.id })
  t.equal(journal.writer.dropped, 1)
})

t.test('while Redis is away for long the oldest are dropped, and counted', async (t) => {
  const server = await startRedis()
  t.teardown(() => server.stop())
  await createFunction(server.redis, 'f')
  const journal = new JournalStore(server.redis, { count: 100_000 })
  await server.kill()
  const records = Array.from({ length: 60_000 }, () => endedRecord())
  addEnded(journal, records)
  await t.rejects(journal.writer.flush(), { code: 'RedisUnavailable' })
  await server.start()
  await journal.writer.flush()
  const kept = await allPages(journal, { functionName: 'f' }, 100)
  t.equal(kept.length + journal.writer.dropped, 60_000)
  t.ok(kept.length >= 40_000 && kept.length <= 44_000, `${kept.length} are kept`)
  t.equal(kept[0]?.id, records.at(-1)?.id)
})

t.test('events and results are written before there is no room for more', async (t) => {
  const server = await startRedis()
  t.teardown(() => server.stop())
  await createFunction(server.redis, 'f')
  const journal = new JournalStore(server.redis)
  for (let n = 0; n < 200; n += 1) {
    journal.writer.add({ functionName: 'f', make: () => endedRecord(), bytes: 64 * 1024 })
  }
  // What was sent before this is answered before it.
  t.ok(Number(await server.redis.hget(keys.journal('f'), 'count')) > 0)
})

t.test(
  'of a function that is called more often than it keeps, the last ones are written',
  async (t) => {
    const server = await startRedis()
    t.teardown(() => server.stop())
    await createFunction(server.redis, 'f')
    await createFunction(server.redis, 'g')
    const journal = new JournalStore(server.redis, { count: 100 })
    const records = Array.from({ length: 1000 }, (_, n) =>
      endedRecord({ functionName: n % 50 === 49 ? 'g' : 'f' }),
    )
    let made = 0
    for (const record of records) {
      const make = () => {
        made += 1
        return record
      }
      journal.writer.add({ functionName: record.functionName, make, bytes: 0 })
    }
    await journal.writer.flush()
    t.ok(made <= 145, `${made} of 1,000 were made`)
    t.equal(journal.writer.dropped, 0, 'nothing is lost that would have been kept')
    const kept = await allPages(journal, {})
    t.strictSame(
      kept.map(({ id }) => id),
      records
        .map(({ id }) => id)
        .reverse()
        .filter((id) => kept.some((one) => one.id === id)),
      'in their order',
    )
    t.ok((await allPages(journal, { functionName: 'f' })).length >= 100)
    t.equal((await allPages(journal, { functionName: 'g' })).length, 20)
  },
)
