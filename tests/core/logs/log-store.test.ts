import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { FunctionStore } from '../../../core/functions/function-store.ts'
import type { PlacedLine } from '../../../core/logs/log-chunk.ts'
import { DAY_MS, logLimits } from '../../../core/logs/log-limits.ts'
import { LogStore } from '../../../core/logs/log-store.ts'
import { readSettings } from '../../../core/settings.ts'
import { createFunction, createFunctions } from '../../fixtures/journal.ts'
import { type RedisFixture, startRedis } from '../../fixtures/redis.ts'

const server = await startRedis()
t.teardown(() => server.stop())
t.beforeEach(async () => {
  await server.redis.flushall()
  await createFunctions(server.redis)
})

const timeMs = Date.UTC(2026, 0, 1)
const entry = (text: string, invocationId?: string) => ({ timeMs, text, invocationId })
const textsOf = (lines: readonly PlacedLine[]) => lines.map(({ text }) => text)
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `${from + index}`)

function openStore(changes: Record<string, string> = {}, { redis }: RedisFixture = server) {
  return new LogStore(redis, logLimits(readSettings(changes)))
}

async function readTexts(store: LogStore, functionName: string, limit = 200_000) {
  return textsOf((await store.read(functionName, { limit })).lines)
}

/** Looks until there are lines; the test's own timeout bounds it. */
async function someLines(store: LogStore, functionName: string): Promise<string[]> {
  for (;;) {
    const texts = await readTexts(store, functionName).catch(() => [])
    if (texts.length > 0) return texts
    await sleep(10)
  }
}

t.test('Lines reach Redis by themselves, in order', async (t) => {
  const store = openStore()
  for (const text of numbers(0, 100)) store.write('f', entry(text))
  t.strictSame(await someLines(openStore(), 'f'), numbers(0, 100))
  await store.close()
})

t.test('Reading shows what was written just before', async (t) => {
  const store = openStore()
  store.write('f', { ...entry('a', 'one'), stream: '2026/01/01/[$LATEST]aa' })
  store.write('f', entry('b'))
  store.write('g', entry('c', 'one'))
  const { lines, state } = await store.read('f', { limit: 10 })
  t.match(lines, [
    { timeMs, text: 'a', invocationId: 'one', stream: '2026/01/01/[$LATEST]aa' },
    { timeMs, text: 'b', invocationId: undefined, stream: undefined },
  ])
  t.match(state, { lines: 2, dropped: 0, end: { number: 2 } })
  const one = await store.read('f', { limit: 10, invocationId: 'one' })
  t.strictSame(textsOf(one.lines), ['a'])
  await store.close()
})

t.test('Of ten thousand lines each invocation finds exactly its own, in order', async (t) => {
  const store = openStore()
  for (const text of numbers(0, 10_000)) store.write('f', entry(text, `i-${Number(text) % 50}`))
  t.strictSame(await readTexts(store, 'f'), numbers(0, 10_000))
  for (let index = 0; index < 50; index += 1) {
    const { lines } = await store.read('f', { limit: 1000, invocationId: `i-${index}` })
    const own = Array.from({ length: 200 }, (_, turn) => `${turn * 50 + index}`)
    t.strictSame(textsOf(lines), own, `i-${index}`)
  }
  const pages: string[] = []
  for await (const page of store.pages('f')) pages.push(...textsOf(page))
  t.strictSame(pages, numbers(0, 10_000), 'and all of them by pages')
  await store.close()
})

t.test('The oldest lines go by count, and the log says how many are gone', async (t) => {
  const store = openStore({ LOG_LINES: '1000' })
  for (const text of numbers(0, 2500)) {
    store.write('f', entry(text))
    if (Number(text) % 400 === 0) await store.read('f', { limit: 1 })
  }
  t.strictSame(await readTexts(store, 'f'), numbers(1500, 2500))
  const { lines, dropped, droppedUntilMs = 0, end } = await store.state('f')
  t.equal(lines + dropped, 2500)
  t.equal(end.number, 2500)
  t.ok(lines >= 1000 && lines < 1200, `${lines} lines are kept`)
  t.ok(Math.abs(Date.now() - droppedUntilMs) < DAY_MS)
  store.write('f', entry('x'.repeat(100_000)))
  const [long] = await readTexts(store, 'f', 1)
  t.match(long, /^x{16384} … \(cut, 100000 characters\)$/)
  await store.close()
})

t.test('The oldest lines go by size', async (t) => {
  const store = openStore({ LOG_MB: '1' })
  const heavy = 'x'.repeat(10_000)
  for (const text of numbers(0, 300)) {
    store.write('f', entry(`${text} ${heavy}`))
    if (Number(text) % 50 === 0) await store.state('f')
  }
  const { bytes, lines, dropped } = await store.state('f')
  t.ok(bytes <= 1024 * 1024, `${bytes} bytes are kept`)
  t.equal(lines + dropped, 300)
  t.match((await readTexts(store, 'f')).at(-1), /^299 /)
  await store.close()
})

t.test(
  'The oldest lines go by age, by the retention of their function where it has one',
  async (t) => {
    const store = openStore()
    store.write('f', entry('old'))
    store.write('g', entry('old'))
    await store.state('f')
    t.ok((await server.redis.pttl('hearth:log:f')) > 7 * DAY_MS, 'a log that nobody adds to leaves')
    await sleep(60)
    await store.setRetention('f', 50)
    t.strictSame(await readTexts(store, 'f'), [])
    t.match(await store.state('f'), { lines: 0, dropped: 1, retentionMs: 50 })
    t.strictSame(await readTexts(store, 'g'), ['old'])
    store.write('f', entry('new'))
    await store.state('f')
    await store.setRetention('f')
    t.strictSame(await readTexts(store, 'f'), ['new'])
    await server.redis.hset('hearth:log-retention', 'g', '1')
    await server.redis.zadd('hearth:log-due', 1, 'g')
    store.write('f', entry('sweeps'))
    await store.state('f')
    t.equal(await server.redis.xlen('hearth:log:g'), 0, 'what is due goes with lines of others')
    t.equal(await server.redis.zscore('hearth:log-bytes', 'g'), null)
    await store.close()
  },
)

t.test('Past the size of all logs the largest gives way', async (t) => {
  const store = openStore({ LOG_TOTAL_MB: '1', LOG_MB: '2' })
  const heavy = 'x'.repeat(10_000)
  store.write('small', entry('stays'))
  for (const text of numbers(0, 200)) store.write('large', entry(`${text} ${heavy}`))
  await store.state('large')
  const total = Number(await server.redis.get('hearth:log-total'))
  t.ok(total <= 1024 * 1024, `${total} bytes are kept`)
  t.strictSame(await readTexts(store, 'small'), ['stays'])
  t.match((await readTexts(store, 'large')).at(-1), /^199 /)
  await store.delete('large')
  await store.delete('small')
  t.equal(await server.redis.get('hearth:log-total'), '0')
  await store.close()
})

t.test('Of a flood the platform’s own lines are dropped first, unmade, and counted', async (t) => {
  const store = openStore()
  let made = 0
  const unmade = (text: string) => () => {
    made += 1
    return text
  }
  for (let index = 0; index < 5000; index += 1) {
    store.write('f', { timeMs, text: unmade(`START ${index}`) })
    store.write('f', entry(`own ${index}`))
  }
  const { lines, state } = await store.read('f', { limit: 20_000 })
  t.equal(lines.filter(({ text }) => text.startsWith('own')).length, 5000)
  t.equal(made, 1000)
  t.equal(lines.at(-2)?.text, 'START 4999')
  t.match(state, { lines: 6000, dropped: 4000, end: { number: 10_000 } })
  await store.close()
})

t.test('What was deleted does not come back from the buffer', async (t) => {
  const store = openStore()
  store.write('f', entry('before'))
  const reading = store.read('f', { limit: 1 })
  store.write('f', entry('while it flushes'))
  await Promise.all([reading, store.delete('f')])
  t.strictSame(await readTexts(store, 'f'), [])
  await store.close()
})

t.test('What another process writes after the function was deleted is not kept', async (t) => {
  const [gateway, scheduler] = [openStore(), openStore()]
  await createFunction(server.redis, 'gone')
  scheduler.write('gone', entry('before'))
  t.strictSame(await readTexts(scheduler, 'gone'), ['before'])
  scheduler.write('gone', entry('REPORT of what still ran'))
  await gateway.delete('gone')
  await new FunctionStore(server.redis).delete('gone')
  await scheduler.close()
  t.strictSame(await readTexts(gateway, 'gone'), [])
  await gateway.close()
})

t.test('Filters tell what is wanted', async (t) => {
  const store = openStore()
  const written: [string, number, string][] = [
    ['one', 1000, '{"level":"warn","message":"Disk is FULL"}'],
    ['one', 2000, '2026-01-01T00:00:00.000Z\tone\tERROR\tno such file'],
    ['two', 3000, 'plain words'],
    ['two', 4000, '2026-01-01T00:00:00.000Z\ttwo\tDEBUG\tdetails'],
  ]
  for (const [invocationId, timeMs, text] of written)
    store.write('f', { timeMs, invocationId, text })
  const cases: [object, number[]][] = [
    [{}, [1000, 2000, 3000, 4000]],
    [{ limit: 2 }, [3000, 4000]],
    [{ invocationId: 'one' }, [1000, 2000]],
    [{ level: 'TRACE' }, [1000, 2000, 3000, 4000]],
    [{ level: 'INFO' }, [1000, 2000, 3000]],
    [{ level: 'WARN' }, [1000, 2000]],
    [{ level: 'ERROR' }, [2000]],
    [{ level: 'FATAL' }, []],
    [{ search: 'full' }, [1000]],
    [{ search: 'NO SUCH' }, [2000]],
    [{ fromMs: 2000, toMs: 3000 }, [2000, 3000]],
    [{ fromMs: 2000, invocationId: 'two', level: 'INFO' }, [3000]],
  ]
  for (const [filter, times] of cases) {
    const { lines } = await store.read('f', { limit: 100, ...filter })
    t.strictSame(
      lines.map((line) => line.timeMs),
      times,
      JSON.stringify(filter),
    )
  }
  await store.close()
})

t.test('Lines outlive an outage of Redis, and the buffer stays bounded', async (t) => {
  const own = await startRedis()
  await createFunctions(own.redis)
  for (let index = 0; index < 10; index += 1) await createFunction(own.redis, `g${index}`)
  t.teardown(() => own.stop())
  const store = openStore({}, own)
  store.write('f', entry('before'))
  await store.state('f')
  await own.kill()
  store.write('f', entry('during'))
  await t.rejects(store.read('f', { limit: 1 }), { code: 'RedisUnavailable' })
  const heavy = 'x'.repeat(16_000)
  for (let index = 0; index < 20_000; index += 1) store.write(`g${index % 10}`, entry(heavy))
  for (const text of numbers(0, 30_000)) store.write('h', entry(text))
  await own.start()
  t.strictSame(await someLines(store, 'h'), numbers(20_000, 30_000))
  t.ok((await readTexts(store, 'f')).includes('during'), 'who has little loses nothing')
  let kept = 0
  let dropped = 0
  for (let index = 0; index < 10; index += 1) {
    const state = await store.state(`g${index}`)
    kept += state.lines
    dropped += state.dropped
  }
  t.equal(kept + dropped, 20_000, 'what is lost is counted')
  t.ok(kept > 0 && kept * heavy.length <= 33 * 1024 * 1024, `${kept} heavy lines were kept`)
  await store.close()
})

t.test('What Redis answers for too late is there once', async (t) => {
  const own = await startRedis()
  await createFunctions(own.redis)
  t.teardown(() => own.stop())
  const store = openStore({}, own)
  store.write('f', entry('before'))
  await store.state('f')
  own.freeze()
  for (const text of numbers(0, 100)) store.write('f', entry(text))
  await t.rejects(store.state('f'), { code: 'RedisUnavailable' })
  store.write('f', entry('after'))
  own.thaw()
  let texts: string[] = []
  while (texts.at(-1) !== 'after') texts = await readTexts(store, 'f').catch(() => [])
  t.strictSame(texts, ['before', ...numbers(0, 100), 'after'])
  await store.close()
})

t.test('Closing writes what is left, and does not wait for a Redis that is away', async (t) => {
  const own = await startRedis()
  await createFunctions(own.redis)
  t.teardown(() => own.stop())
  const store = openStore({}, own)
  store.write('f', entry('last words'))
  await store.close()
  t.equal(await own.redis.xlen('hearth:log:f'), 1)
  await own.kill()
  store.write('f', entry('nobody hears this'))
  await store.close()
})
