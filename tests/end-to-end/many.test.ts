import { readdirSync } from 'node:fs'
import t from 'tap'
import { liveMemoryMb } from '../fixtures/live-memory.ts'
import { type PlatformFixture, startPlatform } from '../fixtures/platform.ts'
import { eventually, rest } from '../fixtures/rest.ts'

const FUNCTIONS = 10
const CALLS = 10_000
const CLIENTS = 32
const SANDBOXES = 20
/** Its listening socket, its link and its two pipes. */
const HANDLES_OF_SANDBOX = 4
/** After a collection: 1 KB kept of each invocation would be 20 MB. */
const MEMORY_GROWTH_MB_MAX = 15

interface Listed {
  invocations: { id: string }[]
}

interface Looked {
  state: string
  result?: unknown
}

async function inParallel(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (next < count) {
      const n = next
      next += 1
      await work(n)
    }
  })
  await Promise.all(clients)
}

const handles = (platform: PlatformFixture) => readdirSync(`/proc/${platform.pid}/fd`).length

t.test(
  '20,000 invocations of ten functions: every answer right, none lost, no handle kept',
  async (t) => {
    const platform = await startPlatform({ POOL_MAX: String(SANDBOXES) })
    t.teardown(() => platform.stop())
    for (let index = 0; index < FUNCTIONS; index += 1) {
      const source = `export const handler = async (event) => ({ f: ${index}, n: event.n })`
      await rest(`${platform.url}/functions`, { body: { name: `f${index}`, source } })
      await rest(`${platform.url}/functions/f${index}/invocations`, { body: { n: 0 } })
    }
    const before = handles(platform)
    const memoryBefore = await liveMemoryMb(platform)

    let wrong = 0
    await inParallel(CALLS, async (n) => {
      const f = n % FUNCTIONS
      const { body } = await rest(`${platform.url}/functions/f${f}/invocations`, { body: { n } })
      if (body?.f !== f || body?.n !== n) wrong += 1
    })
    t.equal(wrong, 0, 'synchronous answers are right')

    const accepted = new Map<string, { f: number; n: number }>()
    await inParallel(CALLS, async (n) => {
      const f = n % FUNCTIONS
      const { status, body } = await rest<{ id: string }>(
        `${platform.url}/functions/f${f}/invocations`,
        { body: { n }, headers: { prefer: 'respond-async' } },
      )
      if (status === 202) accepted.set(body.id, { f, n })
    })
    t.equal(accepted.size, CALLS, 'all are accepted')
    for (let index = 0; index < FUNCTIONS; index += 1) {
      await eventually(
        `f${index} is worked off`,
        async () => {
          for (const state of ['queued', 'running']) {
            const url = `${platform.url}/functions/f${index}/invocations?state=${state}&limit=1`
            const { body } = await rest<Listed>(url)
            if (body.invocations.length > 0) return undefined
          }
          return true
        },
        120_000,
      )
    }
    const ids = [...accepted.keys()]
    let lost = 0
    await inParallel(CALLS, async (n) => {
      const id = ids[n] ?? ''
      const { body } = await rest<Looked>(`${platform.url}/invocations/${id}`)
      const right = JSON.stringify(body?.result) === JSON.stringify(accepted.get(id))
      if (body?.state !== 'succeeded' || !right) lost += 1
    })
    t.equal(lost, 0, 'every accepted one has its result')

    const most = before + 2 * CLIENTS + SANDBOXES * HANDLES_OF_SANDBOX
    await eventually('connections have closed', async () =>
      handles(platform) <= most ? true : undefined,
    )
    t.ok(handles(platform) <= most, 'handles did not grow')
    const growth = (await liveMemoryMb(platform)) - memoryBefore
    t.ok(growth < MEMORY_GROWTH_MB_MAX, `memory did not grow (${growth.toFixed(1)} MB)`)
  },
)
