import t from 'tap'
import { DEFAULT_CONFIGURATION, functionArn } from '../../../core/functions/function.ts'
import { FunctionStore } from '../../../core/functions/function-store.ts'
import { bucketOf, DURATION_SCALE } from '../../../core/invocations/log-scale.ts'
import {
  PERIOD_MS,
  type Series,
  StatisticsStore,
} from '../../../core/invocations/statistics-store.ts'
import { keys } from '../../../core/keys.ts'
import { startRedis } from '../../fixtures/redis.ts'
import { batchId, OUT_OF_MEMORY, TIMED_OUT, tallyOf } from '../../fixtures/tallies.ts'

const server = await startRedis()
t.teardown(() => server.stop())
const { redis } = server
const functions = new FunctionStore(redis)
const store = new StatisticsStore(redis)
const now = new Date().toISOString()
const add = (series: Series[]) => store.add(batchId(), [{ functionName: 'f', series }])

t.beforeEach(async () => {
  await redis.flushall()
  await functions.create({
    ...DEFAULT_CONFIGURATION,
    name: 'f',
    arn: functionArn('f'),
    codeSha256: 'x',
    codeSize: 1,
    version: '$LATEST',
    state: 'Active',
    revisionId: 'r',
    createdAt: now,
    lastModified: now,
  })
})

t.test(
  'what several schedulers add is read as their sum, each version and size apart',
  async (t) => {
    const started = Date.now()
    const mine = tallyOf(3, { initMs: 2, durationMs: 1.5, maxMemoryMb: 70 })
    await add([
      { version: '$LATEST', memoryMb: 128, tally: mine },
      { version: '7', memoryMb: 128, tally: tallyOf(1, { isProvisioned: true }) },
    ])
    const others = tallyOf(2, OUT_OF_MEMORY, tallyOf(4, TIMED_OUT, tallyOf(1, { durationMs: 0.5 })))
    await add([
      { version: '$LATEST', memoryMb: 128, tally: others },
      { version: '$LATEST', memoryMb: 512, tally: tallyOf(1) },
    ])
    const read = await store.read('f')
    t.strictSame(read.map(({ version, memoryMb }) => `${version} ${memoryMb}`).sort(), [
      '$LATEST 128',
      '$LATEST 512',
      '7 128',
    ])
    const both = read.find(({ version, memoryMb }) => version === '$LATEST' && memoryMb === 128)
    t.match(both?.tally, {
      invocations: 10,
      coldStarts: 3,
      errors: 6,
      timeouts: 4,
      outOfMemory: 2,
      provisioned: 0,
      billedMs: 3 * 2 + 1 + 6 * 10,
      durationUs: 3 * 1500 + 500 + 6 * 10_000,
      maxDurationUs: 10_000,
      maxMemoryMb: 70,
    })
    mine.merge(others)
    t.strictSame(both?.tally, mine, 'buckets as well')
    t.equal(both?.tally.durations[bucketOf(DURATION_SCALE, 10)], 6)
    t.ok(both && both.since.getTime() >= started - 1000 && both.until >= both.since)
    t.equal(read.find(({ version }) => version === '7')?.tally.provisioned, 1)
  },
)

t.test('a batch that is sent again is not added again, and the next one is', async (t) => {
  const series = [{ version: '$LATEST', memoryMb: 128, tally: tallyOf(5, { initMs: 1 }) }]
  const batch = ['f', 'gone', 'f'].map((functionName) => ({ functionName, series }))
  const counted = async () => (await store.read('f')).map(({ tally }) => tally.invocations)
  const { writer } = batchId()
  for (let tries = 0; tries < 3; tries += 1) await store.add({ writer, number: 1 }, batch)
  t.strictSame(await counted(), [10], 'all of one batch at once')
  await store.add({ writer, number: 2 }, batch)
  await store.add({ writer, number: 1 }, batch)
  t.strictSame(await counted(), [20], 'one that comes late is known too')
  await store.add({ ...batchId(), number: 1 }, batch)
  t.strictSame(await counted(), [30], 'writers are apart')
  t.ok((await redis.pttl(keys.writer(writer))) > 0, 'a writer is forgotten in time')
})

t.test('statistics go with their function, and do not come back', async (t) => {
  const series = [{ version: '$LATEST', memoryMb: 128, tally: tallyOf(1) }]
  await add(series)
  t.equal((await store.read('f')).length, 1)
  await functions.delete('f')
  await add(series)
  t.equal(await redis.exists(keys.statistics('f')), 0)
  t.strictSame(await store.read('f'), [])
})

t.test('there are never more than 32 series, and those used least recently go', async (t) => {
  const call = (version: number) =>
    add([{ version: String(version), memoryMb: 128, tally: tallyOf(1) }])
  for (let version = 1; version <= 32; version += 1) {
    await call(version)
    await redis.hset(keys.statistics('f'), `${period()}:${version}:128:until`, 1000 + version)
  }
  await call(1)
  await call(33)
  const versions = (await store.read('f')).map(({ version }) => Number(version))
  t.equal(versions.length, 32)
  t.ok(versions.includes(1) && versions.includes(33) && !versions.includes(2), String(versions))
  const fields = await redis.hkeys(keys.statistics('f'))
  t.equal(fields.filter((field) => field.includes(':2:128:')).length, 0)
})

t.test('only this period and the one before count, and what is older is taken away', async (t) => {
  const key = keys.statistics('f')
  for (const back of [1, 2, 30]) {
    const series = `${period() - back}:$LATEST:128`
    await redis.hset(key, { [`${series}:until`]: 1, [`${series}:invocations`]: back })
  }
  t.strictSame(
    (await store.read('f')).map(({ tally }) => tally.invocations),
    [1],
  )
  await add([{ version: '$LATEST', memoryMb: 128, tally: tallyOf(5) }])
  const kept = (await store.read('f')).map(({ tally }) => tally.invocations)
  t.strictSame(kept.sort(), [1, 5])
  const periods = (await redis.hkeys(key)).map((field) => Number(field.split(':')[0]))
  t.ok(Math.min(...periods) === period() - 1)
  t.ok((await redis.pttl(key)) > PERIOD_MS, 'and of a function that nobody calls nothing is left')
})

function period(): number {
  return Math.floor(Date.now() / PERIOD_MS)
}
