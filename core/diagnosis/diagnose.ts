import type { InvokeLink } from '../links/invoke-link.ts'
import { partsHealth } from '../process/parts-health.ts'
import type { Settings } from '../settings.ts'
import type { Stores } from '../stores.ts'
import { type Check, runProbes, silentScheduler } from './check.ts'
import { platformProbes } from './platform-probes.ts'
import { redisProbes } from './redis-probes.ts'
import { storageProbes } from './storage-probes.ts'

export interface LookedAt {
  settings: Settings
  stores: Stores
  link: InvokeLink
}

/** How a gateway looks after what it stands on: in short, for whoever sends it requests, and thoroughly. */
export function looksAt(parts: LookedAt) {
  let running: Promise<Check[]> | undefined
  return {
    health: () => partsHealth(parts),
    /** However many ask at once, it is done once. */
    diagnose: () => {
      running ??= diagnose(parts).finally(() => {
        running = undefined
      })
      return running
    },
  }
}

/** Looks at all that the platform stands on, here and where its schedulers are. Never rejects; within 5 s. */
async function diagnose(parts: LookedAt): Promise<Check[]> {
  const { settings, stores, link } = parts
  const [own, schedulers] = await Promise.all([
    runProbes([
      ...redisProbes(stores.redis),
      ...storageProbes(stores.storage, stores.triggers),
      ...platformProbes(settings, stores),
    ]),
    ofSchedulers(link),
  ])
  return [...schedulers, ...own]
}

/** More than what each of its own looks may take. */
const SCHEDULERS_MS = 4800

async function ofSchedulers(link: InvokeLink): Promise<Check[]> {
  const { promise: late, resolve } = Promise.withResolvers<Check[]>()
  const fail = (found: string) => [silentScheduler(found)]
  const timer = setTimeout(
    () => resolve(fail(`No answer within ${SCHEDULERS_MS} ms`)),
    SCHEDULERS_MS,
  )
  try {
    return await Promise.race([late, link.diagnose()])
  } catch (error) {
    return fail((error as Error).message)
  } finally {
    clearTimeout(timer)
  }
}
