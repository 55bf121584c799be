import t from 'tap'
import { HearthError } from '../../core/errors.ts'
import { DEFAULT_CONFIGURATION, type FunctionDefinition } from '../../core/functions/function.ts'
import type { EndedInvocation } from '../../core/invocations/invocation-tally.ts'
import { keys } from '../../core/keys.ts'
import { createLogger } from '../../core/logs/logger.ts'
import type { BatchId } from '../../core/redis/batch-id.ts'
import { connectRedis } from '../../core/redis/redis.ts'
import { HOUR_MS, hourOf, Usage } from '../../core/usage/usage.ts'
import { type HourOfUsage, OTHERS, UsageStore } from '../../core/usage/usage-store.ts'
import { UsageMeter } from '../../scheduler/usage-meter.ts'
import { startRedis } from '../fixtures/redis.ts'
import { eventually } from '../fixtures/rest.ts'

const log = createLogger({ LOG_LEVEL: 'silent' })
const PLAIN: EndedInvocation = {
  durationMs: 3.2,
  maxMemoryMb: 60,
  initMs: undefined,
  errorType: undefined,
  timedOut: false,
  isProvisioned: false,
  start: 'warm',
}
/** Half past ten in the evening: hours and days change meanwhile. */
const DAY_MS = 24 * HOUR_MS
const START = Math.floor(Date.now() / DAY_MS - 7) * DAY_MS + 22.5 * HOUR_MS
const range = { fromHour: hourOf(START), toHour: hourOf(START) + 30 * 24 }
const definition = (name: string, memoryMb = 128) =>
  ({
    ...DEFAULT_CONFIGURATION,
    name,
    memoryMb,
    version: '$LATEST',
  }) as unknown as FunctionDefinition

/** What it was given, in order; it can be made to store and say that it did not. */
class ForgetfulStore extends UsageStore {
  answersLost = 0
  readonly tries: BatchId[] = []

  override async add(id: BatchId, hours: readonly HourOfUsage[]): Promise<void> {
    this.tries.push(id)
    await super.add(id, hours)
    if (this.answersLost > 0) {
      this.answersLost -= 1
      throw new HearthError('RedisUnavailable')
    }
  }
}

const server = await startRedis()
t.teardown(() => server.stop())
t.beforeEach(async () => void (await server.redis.flushall()))

t.test('after 10,000 ends on three schedulers each sum is the ledger’s', async (t) => {
  const ledger = new Map<string, Usage>()
  let time = START
  const stores = [0, 1, 2].map(() => new ForgetfulStore(server.redis))
  const meters = stores.map((store) => new UsageMeter(store, log, () => time))
  const random = numbers(7)
  for (let n = 0; n < 10_000; n += 1) {
    const fn = definition(`f${n % 37}`, 128 * (1 + (n % 5)))
    const meter = meters[n % 3] as UsageMeter
    const key = `${fn.name} ${hourOf(time)}`
    const owed = ledger.get(key) ?? new Usage()
    ledger.set(key, owed)
    if (n % 50 === 49) {
      meter.refused(fn, new HearthError('TooManyRequests', { name: fn.name, reason: 'r' }))
      meter.refused(fn, new HearthError('SandboxFailed', { reason: 'no throttle' }))
      owed.throttles += 1
    } else {
      const durationMs = random() * 50
      const initMs = n % 11 === 0 ? random() * 100 : undefined
      const isProvisioned = n % 22 === 0
      const errorType = n % 7 === 0 ? 'Error' : undefined
      meter.ended(fn, { ...PLAIN, durationMs, initMs, isProvisioned, errorType })
      owed.invocations += 1
      owed.errors += errorType ? 1 : 0
      owed.coldStarts += initMs === undefined ? 0 : 1
      owed.durationUs += Math.round(durationMs * 1000)
      const billed = Math.ceil(durationMs + (isProvisioned ? 0 : (initMs ?? 0)))
      owed.billedMbMs += billed * fn.memoryMb
    }
    time += HOUR_MS / 2000
    if (n % 2500 === 2499) {
      for (const store of stores) store.answersLost = 1
      await Promise.all(meters.map((one) => one.close()))
    }
  }
  await Promise.all(meters.map((one) => one.close()))
  const { functions } = await new UsageStore(server.redis).list(range, {
    limit: 1000,
    hoursMax: 10_000,
  })
  const found = functions.flatMap(({ functionName, hours }) =>
    hours.map(({ hour, usage }): [string, Usage] => [`${functionName} ${hour}`, usage]),
  )
  t.strictSame(new Map(found.sort()), new Map([...ledger].sort()))
  t.ok(stores.every(({ tries }) => tries.length > new Set(tries.map(({ number }) => number)).size))
})

t.test('a Redis that takes a batch and does not answer in time counts it once', async (t) => {
  const redis = await connectRedis(server.url)
  t.teardown(() => redis.disconnect())
  const store = new UsageStore(redis)
  const meter = new UsageMeter(store, log, () => START)
  for (let n = 0; n < 10; n += 1) meter.ended(definition('f'), PLAIN)
  server.freeze()
  await meter.close()
  server.thaw()
  meter.ended(definition('f'), PLAIN)
  await meter.close()
  const [hour] = (await store.readFunction('f', range)).hours
  t.equal(hour?.usage.invocations, 11)
})

t.test('what Redis refuses holds up nothing that comes after it', async (t) => {
  const store = new ForgetfulStore(server.redis)
  const meter = new UsageMeter(store, log, () => START)
  await server.redis.set(
    keys.usage(`${Math.floor(START / DAY_MS)}:broken`),
    'not what it should be',
  )
  meter.ended(definition('broken'), PLAIN)
  await meter.close()
  meter.ended(definition('f'), PLAIN)
  await meter.close()
  t.strictSame(
    store.tries.map(({ number }) => number),
    [1, 2],
    'neither was tried again',
  )
  t.equal((await store.readFunction('f', range)).hours[0]?.usage.invocations, 1)
})

t.test('while Redis is away all is kept, past the bound as a sum of the others', async (t) => {
  const store = new ForgetfulStore(server.redis)
  const meter = new UsageMeter(store, log, () => START)
  await server.kill()
  meter.ended(definition('f0'), PLAIN)
  await meter.close()
  t.equal(store.tries.length, 1, 'it was tried, in vain')
  for (let n = 1; n < 20_011; n += 1) meter.ended(definition(`f${n}`), PLAIN)
  meter.ended(definition('f7'), PLAIN)
  await server.start()
  const hour = { fromHour: hourOf(START), toHour: hourOf(START) + 1 }
  const sum = async (name: string) =>
    (await store.readFunction(name, hour)).hours[0]?.usage.invocations
  // 102 batches are more than are waited for at an end on a busy machine.
  await eventually('all batches are written', async () => {
    await meter.close()
    return new Set(store.tries.map(({ number }) => number)).size === 102 ? true : undefined
  })
  await meter.close()
  t.equal(await sum('f7'), 2)
  const { functions } = await store.list(hour, { limit: 20_000, hoursMax: 100_000 })
  const all = functions.reduce((count, { hours }) => count + (hours[0]?.usage.invocations ?? 0), 0)
  t.equal(all, 20_012)
  t.ok(((await sum(OTHERS)) ?? 0) >= 10)
})

/** The same numbers below 1 at each run. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}
