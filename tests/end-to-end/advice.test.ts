import t from 'tap'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { eventually, rest } from '../fixtures/rest.ts'

const platform = await startPlatform({ POOL_GENERIC: '2' })
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)

async function advice(name: string) {
  // biome-ignore lint/suspicious/noExplicitAny: a test looks wherever it likes
  return (await rest<any>(`${platform.url}/functions/${name}/advice`)).body
}
const call = (name: string, body: object) =>
  rest(`${platform.url}/functions/${name}/invocations`, { body })

async function calls(name: string, count: number, body: object): Promise<void> {
  for (let done = 0; done < count; done += 10) {
    await Promise.all(Array.from({ length: 10 }, () => call(name, body)))
  }
}

/** When so many are counted; they are written every few seconds. */
const counted = (name: string, invocations: number) =>
  eventually(`${invocations} of ${name} are counted`, async () => {
    const body = await advice(name)
    return body.seen.invocations >= invocations ? body : undefined
  })

const SOURCE = `export const handler = async ({ mb = 0, ms = 0 }) => {
  if (mb > 0) globalThis.held ??= Buffer.alloc(mb * 1024 * 1024, 1)
  await new Promise((resolve) => setTimeout(resolve, ms))
}`
await functions.create('sized', SOURCE, { memoryMb: 1024, timeoutSeconds: 60 })

t.test('calls that use a known memory are advised a size that holds it', async (t) => {
  await calls('sized', 120, { mb: 150 })
  const { seen, recommendation, estimate, findings } = await counted('sized', 120)
  t.equal(seen.invocations, 120)
  const [{ usedMemoryMb, memoryMb, coldStarts }] = seen.sizes
  t.equal(memoryMb, 1024)
  t.ok(usedMemoryMb.max >= 150 && usedMemoryMb.max < 400, `${usedMemoryMb.max} MB`)
  t.ok(usedMemoryMb.p95 <= usedMemoryMb.max)
  t.ok(coldStarts >= 1 && coldStarts <= 10, `${coldStarts} cold starts`)
  t.ok(recommendation.memoryMb >= usedMemoryMb.max && recommendation.memoryMb < 1024)
  t.equal(recommendation.memoryMb % 64, 0)
  t.ok(estimate.advised.totalUsd < estimate.now.totalUsd)
  t.match(findings, [{ code: 'memory-above-use' }, { code: 'timeout-far-above-use' }])
})

t.test('what was counted outlives a restart, and goes on', async (t) => {
  await call('sized', { mb: 150 })
  await platform.end()
  await platform.start()
  t.equal((await advice('sized')).seen.invocations, 121, 'the last one as well')
  await calls('sized', 10, { mb: 150 })
  await counted('sized', 131)
})

t.test('a memory size that was changed is compared with the one before', async (t) => {
  await rest(`${platform.url}/functions/sized`, { method: 'PATCH', body: { memoryMb: 512 } })
  await calls('sized', 100, { mb: 150 })
  const { memoryMb, seen, recommendation } = await counted('sized', 231)
  t.equal(memoryMb, 512)
  t.strictSame(
    seen.sizes.map((size: { memoryMb: number }) => size.memoryMb),
    [512, 1024],
  )
  t.ok([512, 1024].includes(recommendation.cheapestMemoryMb))
  t.ok([512, 1024].includes(recommendation.fastestMemoryMb))
})

t.test('ends for want of memory and of time are told', async (t) => {
  await functions.create('failing', SOURCE, { memoryMb: 128, timeoutSeconds: 1 })
  t.equal((await call('failing', { mb: 500 })).status, 502)
  t.equal((await call('failing', { ms: 5000 })).status, 504)
  const { seen, recommendation, findings } = await counted('failing', 2)
  t.match(seen, { errors: 2, sizes: [{ outOfMemory: 1, timeouts: 1 }] })
  t.equal(recommendation, undefined)
  t.match(findings, [
    { code: 'too-few-invocations', message: /^2 invocations/ },
    { code: 'out-of-memory', remedy: /Raise memoryMb to 256/ },
    { code: 'timed-out' },
  ])
})

t.test('a function that was deleted leaves nothing for the next of its name', async (t) => {
  await rest(`${platform.url}/functions/failing`, { method: 'DELETE' })
  t.equal((await rest(`${platform.url}/functions/failing/advice`)).status, 404)
  await functions.create('failing', SOURCE)
  t.equal((await advice('failing')).seen.invocations, 0)
})
