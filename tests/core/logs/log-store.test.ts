import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { type LogLine, lineOf } from '../../../core/logs/log-line.ts'
import { LogStore } from '../../../core/logs/log-store.ts'
import { startRedis } from '../../fixtures/redis.ts'

const server = await startRedis()
t.teardown(() => server.stop())
t.beforeEach(() => server.redis.flushall())

const timeMs = Date.UTC(2026, 0, 1)
const entry = (text: string, invocationId?: string) => ({ timeMs, text, invocationId })
const line = (text: string, invocationId?: string) => lineOf(entry(text, invocationId))

/** Looks until there are lines; the test's own timeout bounds it. */
async function someLines(store: LogStore, functionName: string): Promise<LogLine[]> {
  for (;;) {
    const lines = await store.read(functionName, { limit: 5000 }).catch(() => [])
    if (lines.length > 0) return lines
    await sleep(10)
  }
}

t.test('Lines reach Redis by themselves, in order', async (t) => {
  const store = new LogStore(server.redis)
  for (let index = 0; index < 100; index += 1) store.write('f', entry(`${index}`))
  const other = new LogStore(server.redis)
  const lines = await someLines(other, 'f')
  t.strictSame(
    lines.map(({ text }) => text),
    Array.from({ length: 100 }, (_, index) => `${index}`),
  )
  await store.close()
})

t.test('Reading shows what was written just before', async (t) => {
  const store = new LogStore(server.redis)
  store.write('f', entry('a', 'one'))
  store.write('f', entry('b'))
  store.write('g', entry('c', 'one'))
  t.strictSame(await store.read('f', { limit: 10 }), [line('a', 'one'), line('b')])
  t.strictSame(await store.read('f', { limit: 10, invocationId: 'one' }), [line('a', 'one')])
  await store.close()
})

t.test('A function keeps its last thousand lines, each cut to its limit', async (t) => {
  const store = new LogStore(server.redis)
  for (let index = 0; index < 2500; index += 1) {
    store.write('f', entry(`${index}`))
    if (index % 400 === 0) await store.read('f', { limit: 1 })
  }
  const lines = await store.read('f', { limit: 5000 })
  t.equal(lines.length, 1000)
  t.equal(lines.at(-1)?.text, '2499')
  store.write('f', entry('x'.repeat(100_000)))
  const [long] = await store.read('f', { limit: 1 })
  t.match(long?.text, /^x{16384} … \(cut, 100000 characters\)$/)
  t.ok((await server.redis.ttl('hearth:logs:f')) > 0, 'a log that nobody adds to leaves')
  await store.close()
})

t.test('What was deleted does not come back from the buffer', async (t) => {
  const store = new LogStore(server.redis)
  store.write('f', entry('before'))
  const reading = store.read('f', { limit: 1 })
  store.write('f', entry('while it flushes'))
  await Promise.all([reading, store.delete('f')])
  t.strictSame(await store.read('f', { limit: 10 }), [])
  await store.close()
})

t.test('Lines outlive an outage of Redis, and the buffer stays bounded', async (t) => {
  const own = await startRedis()
  t.teardown(() => own.stop())
  const store = new LogStore(own.redis)
  store.write('f', entry('before'))
  await store.read('f', { limit: 1 })
  await own.kill()
  store.write('f', entry('during'))
  await t.rejects(store.read('f', { limit: 1 }), { code: 'RedisUnavailable' })
  const heavy = 'x'.repeat(16_000)
  for (let index = 0; index < 20_000; index += 1) store.write(`g${index % 10}`, entry(heavy))
  for (let index = 0; index < 3000; index += 1) store.write('h', entry(`${index}`))
  await own.start()
  const lines = await someLines(store, 'h')
  t.equal(lines.length, 1000)
  t.equal(lines.at(-1)?.text, '2999')
  let kept = 0
  for (let index = 0; index < 10; index += 1) kept += await own.redis.llen(`hearth:logs:g${index}`)
  t.ok(kept > 0 && kept * heavy.length <= 32 * 1024 * 1024, `${kept} heavy lines were kept`)
  await store.close()
})

t.test('Closing writes what is left, and does not wait for a Redis that is away', async (t) => {
  const own = await startRedis()
  t.teardown(() => own.stop())
  const store = new LogStore(own.redis)
  store.write('f', entry('last words'))
  await store.close()
  t.equal(await own.redis.llen('hearth:logs:f'), 1)
  await own.kill()
  store.write('f', entry('nobody hears this'))
  await store.close()
})
