import { randomUUID } from 'node:crypto'
import t from 'tap'
import { keys } from '../../../core/keys.ts'
import { hourOf, Usage } from '../../../core/usage/usage.ts'
import { OTHERS, USAGE_KEPT_DAYS, UsageStore } from '../../../core/usage/usage-store.ts'
import { startRedis } from '../../fixtures/redis.ts'
import { batchId } from '../../fixtures/tallies.ts'

const server = await startRedis()
t.teardown(() => server.stop())
const { redis } = server
const store = new UsageStore(redis)
const DAY_MS = 24 * 3600_000
const now = hourOf(Date.now())
const day = Math.floor(now / 24)
const range = { fromHour: now - 48, toHour: now + 1 }
const page = { limit: 100, hoursMax: 1000 }

t.beforeEach(async () => void (await redis.flushall()))

const used = (fields: Partial<Usage>) => Object.assign(new Usage(), fields)
const add = (functionName: string, hour: number, fields: Partial<Usage> = { invocations: 1 }) =>
  store.add(batchId(), [{ functionName, hour, usage: used(fields) }])

t.test('what several schedulers add is read as their sum, each hour apart', async (t) => {
  const mine = { invocations: 3, errors: 1, durationUs: 1500, billedMbMs: 3 * 128 }
  const others = { invocations: 4, throttles: 2, coldStarts: 1, billedMbMs: 9_000_000_000_000 }
  await Promise.all([add('f', now, mine), add('f', now, others), add('f', now - 1, mine)])
  await add('g', now)
  t.strictSame(await store.readFunction('f', range), {
    functionName: 'f',
    hours: [
      { hour: now - 1, usage: used(mine) },
      {
        hour: now,
        usage: used({ ...mine, ...others, invocations: 7, billedMbMs: 9_000_000_000_384 }),
      },
    ],
  })
})

t.test('a batch that is sent again is not added again, and the next one is', async (t) => {
  const writer = randomUUID()
  const batch = [
    { functionName: 'f', hour: now, usage: used({ invocations: 5 }) },
    { functionName: 'f', hour: now, usage: used({ invocations: 2 }) },
  ]
  const count = async () => (await store.readFunction('f', range)).hours[0]?.usage.invocations
  await Promise.all([1, 1, 1].map((number) => store.add({ writer, number }, batch)))
  t.equal(await count(), 7)
  await store.add({ writer, number: 2 }, batch)
  await store.add({ writer, number: 1 }, batch)
  t.equal(await count(), 14)
})

t.test('a range has its first hour and not its last, over days', async (t) => {
  for (const back of [0, 1, 25, 47, 48, 49]) await add('f', now - back)
  const hoursOf = async (fromHour: number, toHour: number) =>
    (await store.readFunction('f', { fromHour, toHour })).hours.map(({ hour }) => now - hour)
  t.strictSame(await hoursOf(now - 48, now), [48, 47, 25, 1])
  t.strictSame(await hoursOf(now, now + 1), [0])
  t.strictSame(await hoursOf(now + 1, now + 30), [])
})

t.test('functions come by name, page by page, none twice and none left out', async (t) => {
  const names = Array.from({ length: 130 }, (_, n) => `f-${String(n).padStart(3, '0')}`)
  for (const [n, name] of names.entries()) await add(name, now - (n % 3) * 20)
  const seen: string[] = []
  let after: string | undefined
  do {
    const { functions, cursor } = await store.list(range, { ...page, limit: 60, after })
    seen.push(...functions.map(({ functionName }) => functionName))
    after = cursor
  } while (after !== undefined)
  t.strictSame(seen, names)
  const { functions, cursor } = await store.list(range, { limit: 130, hoursMax: 10 })
  t.ok(functions.length < 130 && cursor === functions.at(-1)?.functionName, 'hours are bounded too')
})

t.test('functions past the bound of a day are one sum', async (t) => {
  const names = Array.from({ length: 10_000 }, (_, n) => `n${n}`)
  await redis.zadd(keys.usageFunctions(day), ...names.flatMap((name) => [0, name]))
  await Promise.all([add('late', now), add('later', now), add('n7', now)])
  const { functions } = await store.list(range, page)
  const count = (name: string) =>
    functions.find(({ functionName }) => functionName === name)?.hours[0]?.usage.invocations
  t.equal(count(OTHERS), 2)
  t.equal(count('late'), undefined)
  t.equal((await store.readFunction('n7', range)).hours.length, 1)
})

t.test('usage is kept for its time, and then nothing of it is left', async (t) => {
  await add('f', now)
  for (const key of [keys.usage(`${day}:f`), keys.usageFunctions(day)]) {
    const ends = await redis.pexpiretime(key)
    t.equal(ends, (day + 1 + USAGE_KEPT_DAYS) * DAY_MS)
  }
  t.ok((await redis.pttl((await redis.keys(keys.writer('*')))[0] ?? '')) > 0)
})
