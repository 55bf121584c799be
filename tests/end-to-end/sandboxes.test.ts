import t from 'tap'
import { Functions } from '../fixtures/functions.ts'
import { startPlatform } from '../fixtures/platform.ts'
import { eventually, rest } from '../fixtures/rest.ts'
import { containersWith } from '../fixtures/sandboxes.ts'

const platform = await startPlatform({ POOL_GENERIC: '1', RETRY_DELAY_SECONDS: '1' })
t.teardown(() => platform.stop())
const functions = new Functions(platform.url)

const SOURCE = `
  const id = crypto.randomUUID()
  export const handler = async ({ ms = 0 }) => {
    await new Promise((resolve) => setTimeout(resolve, ms))
    return id
  }`
await functions.create('slow', SOURCE, { timeoutSeconds: 60 })

interface Shown {
  id: string
  functionName?: string
  state: string
}

async function list(): Promise<Shown[]> {
  const { status, body } = await rest<{ sandboxes: Shown[] }>(`${platform.url}/sandboxes`)
  t.equal(status, 200)
  return body.sandboxes
}

const call = (event: object) =>
  rest<{ error?: { code: string } }>(`${platform.url}/functions/slow/invocations`, { body: event })

const end = (id: string) => rest(`${platform.url}/sandboxes/${id}`, { method: 'DELETE' })

async function busy(): Promise<Shown> {
  return eventually('the function runs', async () =>
    (await list()).find(({ state, functionName }) => state === 'busy' && functionName === 'slow'),
  )
}

async function containerIsGone(id: string): Promise<void> {
  await eventually('its container is gone', async () =>
    (await containersWith(`hearth.sandbox=${id}`)).length === 0 ? true : undefined,
  )
}

t.test('every sandbox is listed with what it is', async (t) => {
  await call({})
  const own = (await list()).find(({ functionName }) => functionName === 'slow')
  const of = { version: '$LATEST', memoryMb: 128, running: 0, isProvisioned: false }
  t.match(own, { state: 'idle', ageMs: Number, ...of })
  await eventually('a generic one waits', async () =>
    (await list()).find(({ state, functionName }) => state === 'generic' && !functionName),
  )
})

t.test('one that is ended is gone at once, and the next call gets another', async (t) => {
  const { body: before } = await call({})
  const own = (await list()).find(({ functionName }) => functionName === 'slow') as Shown
  t.equal((await end(own.id)).status, 204)
  t.notOk((await list()).some(({ id }) => id === own.id))
  t.match(await end(own.id), { status: 404, body: { error: { code: 'SandboxNotFound' } } })
  const after = await call({})
  t.equal(after.status, 200)
  t.not(after.body, before)
  await containerIsGone(own.id)
})

t.test('who waits for what it ran is told that it was no fault of the function', async (t) => {
  const waiting = call({ ms: 30_000 })
  const { id } = await busy()
  t.equal((await end(id)).status, 204)
  t.match(await waiting, { status: 503, body: { error: { code: 'SandboxEnded' } } })
  await containerIsGone(id)
})

t.test('an asynchronous invocation runs again, and no retry is used up', async (t) => {
  const configuration = `${platform.url}/functions/slow/async-configuration`
  await rest(configuration, { method: 'PUT', body: { maximumRetryAttempts: 0 } })
  const accepted = await rest<{ id: string }>(`${platform.url}/functions/slow/invocations`, {
    body: { ms: 2000 },
    headers: { prefer: 'respond-async' },
  })
  await end((await busy()).id)
  const invocation = await eventually('it ends', async () => {
    const { body } = await rest<{ state: string; attempts: { outcome: string }[] }>(
      `${platform.url}/invocations/${accepted.body.id}`,
    )
    return body.state === 'succeeded' || body.state === 'failed' ? body : undefined
  })
  t.equal(invocation.state, 'succeeded')
  t.strictSame(
    invocation.attempts.map(({ outcome }) => outcome),
    ['platformFault', 'succeeded'],
  )
})
