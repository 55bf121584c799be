import { setTimeout as sleep } from 'node:timers/promises'
import { FINAL_STATES, type Invocation } from '../core/invocations/invocation.ts'
import { keys } from '../core/keys.ts'
import { connectRedis } from '../core/redis/redis.ts'
import { ask } from './deploy.ts'
import { BUCKET, HANDLERS } from './handlers.ts'
import type { World } from './world.ts'

/** Invocations as they are looked up, by id; undefined where the platform does not know the id. */
export type Look = Map<string, Invocation | undefined>

const AT_ONCE = 16
const POLL_MS = 250
/** What webhooks get before the scan counts an object as not reported; and the S3 server's whole seconds. */
const SCAN_GRACE_MS = 6000

/** Ids of all invocations that the platform has of the suite's functions, whatever caused them. */
export async function listedIds(world: World): Promise<string[]> {
  const ids: string[] = []
  for (const name of Object.keys(HANDLERS)) {
    ids.push(...(await idsIn(world, `/functions/${name}/invocations?type=Event`)))
  }
  return ids
}

/** Synchronous invocations: their ids as lists have them, and those of which the platform knows nothing else. */
export interface JournalLook {
  lists: readonly (readonly string[])[]
  unknown: readonly string[]
}

/** By the list of the function that is called so, and by that over all functions. */
export async function lookAtJournal(world: World): Promise<JournalLook> {
  const paths = ['/functions/answered/invocations', '/invocations']
  const lists = await Promise.all(paths.map((path) => idsIn(world, `${path}?type=RequestResponse`)))
  const look = await lookAt(world, lists.flat())
  return { lists, unknown: [...look].flatMap(([id, one]) => (one ? [] : [id])) }
}

/** Of all pages of a list. */
async function idsIn(world: World, list: string): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await ask<{ invocations: { id: string }[]; cursor?: string }>(
      world,
      `GET ${list}&limit=100${cursor ? `&cursor=${cursor}` : ''}`,
    )
    ids.push(...page.invocations.map(({ id }) => id))
    cursor = page.cursor
  } while (cursor)
  return ids
}

/** Looks each of them up. */
export async function lookAt(world: World, ids: Iterable<string>): Promise<Look> {
  const look: Look = new Map()
  const left = [...new Set(ids)]
  const worker = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      look.set(id, await lookUp(world, id))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return look
}

/**
 * Resolves with true when every invocation of the suite's functions is final; with false when for
 * `stallMs` not one of those that are open has become so.
 */
export async function untilNoneIsOpen(world: World, stallMs: number): Promise<boolean> {
  let open = await openAmong(world, await listedIds(world))
  let progressAt = Date.now()
  while (open.length > 0 && Date.now() < progressAt + stallMs) {
    await sleep(POLL_MS)
    const left = await openAmong(world, open)
    if (left.length < open.length) progressAt = Date.now()
    // Webhooks and ticks may have made more of them meanwhile.
    open = left.length > 0 ? left : await openAmong(world, await listedIds(world))
  }
  return open.length === 0
}

/** The same of ends that wait to be reported. */
export async function untilAllIsReported(world: World, stallMs: number): Promise<boolean> {
  const redis = await connectRedis(`unix://${world.redis.socket}`)
  try {
    let left = await redis.zcard(keys.open)
    let progressAt = Date.now()
    while (left > 0 && Date.now() < progressAt + stallMs) {
      await sleep(POLL_MS)
      const now = await redis.zcard(keys.open)
      if (now < left) progressAt = Date.now()
      left = now
    }
    return left === 0
  } finally {
    redis.disconnect()
  }
}

/** Resolves with true when a whole scan of the bucket has begun so late that it has seen all of it. */
export async function untilIsScanned(world: World, stallMs: number): Promise<boolean> {
  const from = Date.now() + SCAN_GRACE_MS
  while (Date.now() < from + stallMs) {
    const { lastPass } = await ask<{ lastPass?: { startedAt: string } }>(
      world,
      `GET /buckets/${BUCKET}/scan`,
    )
    if (lastPass && Date.parse(lastPass.startedAt) > from) return true
    await sleep(POLL_MS)
  }
  return false
}

export function isFinal({ state }: Invocation): boolean {
  return FINAL_STATES.includes(state)
}

async function openAmong(world: World, ids: string[]): Promise<string[]> {
  const look = await lookAt(world, ids)
  return [...look].flatMap(([id, one]) => (one && !isFinal(one) ? [id] : []))
}

async function lookUp(world: World, id: string): Promise<Invocation | undefined> {
  try {
    return await ask<Invocation>(world, `GET /invocations/${id}`)
  } catch (error) {
    if (/answered 404/.test((error as Error).message)) return undefined
    throw error
  }
}
