import t from 'tap'
import { DEFAULT_CONFIGURATION, type FunctionDefinition } from '../../core/functions/function.ts'
import {
  type FunctionSeries,
  type Series,
  StatisticsStore,
} from '../../core/invocations/statistics-store.ts'
import { keys } from '../../core/keys.ts'
import { createLogger } from '../../core/logs/logger.ts'
import type { BatchId } from '../../core/redis/batch-id.ts'
import { InvocationStatistics } from '../../scheduler/invocation-statistics.ts'
import { startRedis } from '../fixtures/redis.ts'
import { eventually } from '../fixtures/rest.ts'

const log = createLogger({ LOG_LEVEL: 'silent' })
const ended = {
  durationMs: 3,
  maxMemoryMb: 60,
  initMs: undefined,
  errorType: undefined,
  timedOut: false,
  isProvisioned: false,
  start: 'warm' as const,
}
const definition = (name: string, fields: Partial<FunctionDefinition> = {}) =>
  ({ ...DEFAULT_CONFIGURATION, name, version: '$LATEST', ...fields }) as FunctionDefinition

/** What it has been given, by function; it can be made to fail. */
class RecordingStore {
  readonly added = new Map<string, Series[]>()
  isAway = false

  async add(_id: BatchId, batch: readonly FunctionSeries[]): Promise<void> {
    if (this.isAway) throw new Error('away')
    for (const { functionName, series } of batch) {
      this.added.set(functionName, [...(this.added.get(functionName) ?? []), ...series])
    }
  }
}

function rig() {
  const store = new RecordingStore()
  const statistics = new InvocationStatistics(store as unknown as StatisticsStore, log)
  const count = (name: string) =>
    store.added.get(name)?.reduce((sum, { tally }) => sum + tally.invocations, 0)
  return { store, statistics, count }
}

t.test('what has ended reaches Redis by itself, and the rest at the end', async (t) => {
  const server = await startRedis()
  t.teardown(() => server.stop())
  await server.redis.hset(keys.functions, 'f', '{}')
  const store = new StatisticsStore(server.redis)
  const statistics = new InvocationStatistics(store, log)
  for (let n = 0; n < 10; n += 1) statistics.ended(definition('f'), ended)
  statistics.ended(definition('f', { memoryMb: 512, version: '3' }), ended)
  const series = await eventually('it is written', async () => {
    const read = await store.read('f')
    return read.length > 0 ? read : undefined
  })
  t.strictSame(
    series.map(({ version, memoryMb, tally }) => [version, memoryMb, tally.invocations]).sort(),
    [
      ['$LATEST', 128, 10],
      ['3', 512, 1],
    ],
  )
  statistics.ended(definition('f'), ended)
  await statistics.close()
  const latest = (await store.read('f')).find(({ version }) => version === '$LATEST')
  t.equal(latest?.tally.invocations, 11)
})

t.test('what could not be written is written later, with what has ended since', async (t) => {
  const { store, statistics, count } = rig()
  store.isAway = true
  for (const name of ['f', 'g', 'f']) statistics.ended(definition(name), ended)
  await statistics.close()
  t.equal(count('f'), undefined)
  for (const name of ['f', 'h', 'f']) statistics.ended(definition(name), ended)
  statistics.ended(definition('f', { memoryMb: 256 }), ended)
  store.isAway = false
  await statistics.close()
  t.strictSame(['f', 'g', 'h'].map(count), [5, 1, 1])
  t.strictSame(
    store.added.get('f')?.map(({ memoryMb }) => memoryMb),
    [128, 128, 256],
  )
})

t.test('however many functions there are, the least recently used are forgotten', async (t) => {
  const { store, statistics, count } = rig()
  store.isAway = true
  for (let n = 0; n < 2000; n += 1) statistics.ended(definition(`f${n}`), ended)
  statistics.ended(definition('f0'), ended)
  statistics.ended(definition('new'), ended)
  store.isAway = false
  await statistics.close()
  t.equal(store.added.size, 2000)
  t.strictSame(['f0', 'f1', 'f2', 'new'].map(count), [2, undefined, 1, 1])
})

t.test('of a function at most 32 versions and sizes are counted at once', async (t) => {
  const { store, statistics } = rig()
  for (let version = 1; version <= 40; version += 1) {
    statistics.ended(definition('f', { version: String(version) }), ended)
  }
  await statistics.close()
  t.equal(store.added.get('f')?.length, 32)
})

t.test('a function that is gone is forgotten', async (t) => {
  const { store, statistics } = rig()
  statistics.ended(definition('f'), ended)
  statistics.forget('f')
  await statistics.close()
  t.equal(store.added.size, 0)
})
