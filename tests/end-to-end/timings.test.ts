import t, { type Test } from 'tap'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { eventually, rest } from '../fixtures/rest.ts'

const platform = await startPlatform({ POOL_GENERIC: '2' })
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)

const PLACES = ['queue', 'acquire', 'code', 'init', 'handler', 'response']

/** Loads for a while, and runs for a while. */
const SLOW = `
  await new Promise((resolve) => setTimeout(resolve, 150))
  export const handler = async ({ ms = 0 }) => {
    await new Promise((resolve) => setTimeout(resolve, ms))
  }`

interface Timed {
  places: Record<string, number>
  start: string | undefined
  why: string | undefined
  totalMs: number
  /** As the client's own clock has it. */
  seenMs: number
}

async function call(name: string, event: object): Promise<Timed> {
  const since = performance.now()
  const { headers } = await rest(`${platform.url}/functions/${name}/invocations`, { body: event })
  const seenMs = performance.now() - since
  const text = headers.get('server-timing') ?? ''
  const dur = (place: string) => Number(new RegExp(`${place};dur=([\\d.]+)`).exec(text)?.[1])
  return {
    places: Object.fromEntries(PLACES.map((place) => [place, dur(place)])),
    start: /acquire;[^,]*desc="(\w+)"/.exec(text)?.[1],
    why: /why;desc="([^"]+)"/.exec(text)?.[1],
    totalMs: dur('total'),
    seenMs,
  }
}

const sum = (places: Record<string, number>) => Object.values(places).reduce((a, b) => a + b, 0)

function addsUp(t: Test, { places, totalMs, seenMs }: Timed): void {
  t.ok(Math.abs(sum(places) - totalMs) <= 0.05 * totalMs, `${sum(places)} of ${totalMs} ms`)
  t.ok(totalMs <= seenMs)
}

t.test('an answer says where its time went, and what it says adds up', async (t) => {
  await functions.create('slow', SLOW)
  const cold = await call('slow', { ms: 200 })
  addsUp(t, cold)
  t.match(cold.start, /^(?:generic|new)$/)
  t.match(cold.why, /^none of this version ran/)
  t.ok(Number(cold.places.init) >= 145, 'loading took its time')
  t.ok(Number(cold.places.handler) >= 195, 'and so did the handler')
  t.ok(Number(cold.places.code) > 0)
  const warm = await call('slow', { ms: 100 })
  addsUp(t, warm)
  t.equal(warm.start, 'warm')
  t.equal(warm.why, undefined)
  t.equal(warm.places.init, 0)
})

t.test('another sandbox is explained by those that were busy', async (t) => {
  await functions.create('twice', SLOW)
  await call('twice', {})
  const first = call('twice', { ms: 1500 })
  await eventually('one is busy', async () => {
    // biome-ignore lint/suspicious/noExplicitAny: of the whole answer one number is looked at
    const { body } = await rest<any>(`${platform.url}/health/ready`)
    return body.dependencies.scheduler.sandboxes.busy === 1 ? true : undefined
  })
  const second = await call('twice', {})
  addsUp(t, second)
  t.match(second.why, /^all 1 of this version were busy/)
  await first
})

t.test('the record of an asynchronous invocation says it of each attempt', async (t) => {
  await functions.create('later', SLOW)
  const { body: accepted } = await rest<{ id: string }>(
    `${platform.url}/functions/later/invocations`,
    { body: { ms: 100 }, headers: { prefer: 'respond-async' } },
  )
  const record = await eventually('it has ended', async () => {
    // biome-ignore lint/suspicious/noExplicitAny: as it is looked up
    const { body } = await rest<any>(`${platform.url}/invocations/${accepted.id}`)
    return body.state === 'succeeded' ? body : undefined
  })
  const [{ timings }] = record.attempts
  t.match(timings.start, /^(?:generic|new)$/)
  t.match(timings.why, /^none of this version ran/)
  t.ok(timings.initMs >= 145)
  t.ok(timings.handlerMs >= 95)
})
