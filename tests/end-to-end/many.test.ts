import { readdirSync } from 'node:fs'
import t from 'tap'
import { type PlatformFixture, startPlatform } from '../fixtures/platform.ts'
import { eventually, rest } from '../fixtures/rest.ts'

const FUNCTIONS = 10
const CALLS = 10_000
const CLIENTS = 32

interface Listed {
  invocations: { id: string; state: string; result?: unknown }[]
  cursor?: string
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

async function allOf(platform: PlatformFixture, name: string): Promise<Listed['invocations']> {
  const all: Listed['invocations'] = []
  let cursor: string | undefined
  do {
    const at = cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''
    const url = `${platform.url}/functions/${name}/invocations?limit=100${at}`
    const { body } = await rest<Listed>(url)
    all.push(...body.invocations)
    cursor = body.cursor
  } while (cursor)
  return all
}

const handles = (platform: PlatformFixture) => readdirSync(`/proc/${platform.pid}/fd`).length

t.test(
  '20,000 invocations of ten functions: every answer right, none lost, no handle kept',
  async (t) => {
    const platform = await startPlatform({ POOL_MAX: '20' })
    t.teardown(() => platform.stop())
    for (let index = 0; index < FUNCTIONS; index += 1) {
      const source = `export const handler = async (event) => ({ f: ${index}, n: event.n })`
      await rest(`${platform.url}/functions`, { body: { name: `f${index}`, source } })
      await rest(`${platform.url}/functions/f${index}/invocations`, { body: { n: 0 } })
    }
    const before = handles(platform)

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
      for (const { id, state, result } of await allOf(platform, `f${index}`)) {
        const expected = accepted.get(id)
        accepted.delete(id)
        if (state !== 'succeeded' || JSON.stringify(result) !== JSON.stringify(expected)) {
          t.same({ id, state, result }, { id, state: 'succeeded', result: expected })
        }
      }
    }
    t.equal(accepted.size, 0, 'every accepted one has its result')

    await eventually('connections have closed', async () =>
      handles(platform) <= before + 2 * CLIENTS ? true : undefined,
    )
    t.ok(handles(platform) <= before + 2 * CLIENTS, 'handles did not grow')
  },
)
