import t from 'tap'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { eventually, rest } from '../fixtures/rest.ts'

const COUNT = 10_000
const AT_ONCE = 16

const platform = await startPlatform({ POOL_GENERIC: '2', HOST_USD_PER_GB_HOUR: '0.004' })
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)

interface Used {
  invocations: number
  errors: number
  throttles: number
  coldStarts: number
  gbSeconds: number
  lambdaUsd: number
  hostUsd: number
}
type Sums = Pick<Used, 'invocations' | 'errors' | 'throttles' | 'coldStarts'>

async function usage(name: string): Promise<Used | undefined> {
  const { body } = await rest<{ functions: { total: Used }[] }>(
    `${platform.url}/usage?function=${name}`,
  )
  return body.functions[0]?.total
}

/** What callers have seen of each function. */
const ledger = new Map<string, Sums>()

async function call(name: string, event: object): Promise<void> {
  const { status, headers } = await functions.call(name, event)
  const sums = ledger.get(name) ?? { invocations: 0, errors: 0, throttles: 0, coldStarts: 0 }
  ledger.set(name, sums)
  if (status === 429) sums.throttles += 1
  else sums.invocations += 1
  if (status === 502) sums.errors += 1
  if (/desc="(generic|new)"/.test(headers.get('server-timing') ?? '')) sums.coldStarts += 1
  if (![200, 429, 502].includes(status)) throw new Error(`Unexpected status ${status}`)
}

const SOURCE = `export const handler = async ({ n }) => {
  if (n % 10 === 3) throw new Error('as it should')
  return n
}`
for (const name of ['one', 'two', 'three']) await functions.create(name, SOURCE)
await functions.create('closed', SOURCE, { reservedConcurrency: 0 })
const names = ['one', 'two', 'three', 'closed']

async function calls(from: number, to: number): Promise<void> {
  let next = from
  const caller = async () => {
    for (let n = next++; n < to; n = next++) await call(names[n % names.length] as string, { n })
  }
  await Promise.all(Array.from({ length: AT_ONCE }, caller))
}

t.test('after 10,000 calls and a clean restart, usage is what callers have seen', async (t) => {
  await calls(0, COUNT / 2)
  await platform.end()
  await platform.start()
  await calls(COUNT / 2, COUNT)
  for (const [name, owed] of ledger) {
    const found = await eventually(`usage of ${name} is written`, async () => {
      const used = await usage(name)
      const seen = (used?.invocations ?? 0) + (used?.throttles ?? 0)
      return seen >= owed.invocations + owed.throttles ? used : undefined
    })
    const { invocations, errors, throttles, coldStarts } = found
    t.strictSame({ invocations, errors, throttles, coldStarts }, owed, name)
  }
  const all = [...ledger.values()].reduce((sum, one) => sum + one.invocations + one.throttles, 0)
  t.equal(all, COUNT)
  t.ok((ledger.get('one')?.coldStarts ?? 0) >= 2, 'cold before and after the restart')
  const closed = await usage('closed')
  t.match(closed, { gbSeconds: 0, lambdaUsd: 0 }, 'what was refused costs nothing')
})

t.test('GB-seconds are those of the REPORT lines, init of cold starts included', async (t) => {
  await functions.create('billed', SOURCE, { memoryMb: 512 })
  for (let n = 0; n < 20; n += 1) await functions.call('billed', { n })
  const reports = await eventually('all are in the log', async () => {
    const { body } = await rest<{ lines: { text: string }[] }>(
      `${platform.url}/functions/billed/logs?limit=500`,
    )
    const found = body.lines.map(({ text }) => text).filter((text) => text.startsWith('REPORT'))
    return found.length === 20 ? found : undefined
  })
  const numberIn = (text: string, what: string) =>
    Number(new RegExp(`\t${what}: ([\\d.]+) ms`).exec(text)?.[1] ?? 0)
  const cold = reports.filter((text) => text.includes('Init Duration'))
  t.equal(cold.length, 1)
  const [first = ''] = cold
  const whole = numberIn(first, 'Duration') + numberIn(first, 'Init Duration')
  t.ok(Math.abs(numberIn(first, 'Billed Duration') - whole) <= 1.01, first)
  const billedMs = reports.reduce((sum, text) => sum + numberIn(text, 'Billed Duration'), 0)
  const used = await eventually('usage is written', async () => {
    const found = await usage('billed')
    return found?.invocations === 20 ? found : undefined
  })
  t.equal(used.gbSeconds, (billedMs * 512) / 1024 / 1000)
  t.equal(used.hostUsd, (used.gbSeconds / 3600) * 0.004)
})

t.test('what a function has used outlives it', async (t) => {
  await rest(`${platform.url}/functions/one`, { method: 'DELETE' })
  t.equal((await usage('one'))?.invocations, ledger.get('one')?.invocations)
})
