import type { DependencyState, InvokeLink, SchedulerHealth } from '../links/invoke-link.ts'
import type { Stores } from '../stores.ts'

export interface PartHealth {
  state: DependencyState
  detail?: string
  /** Of the scheduler: what its sandboxes are, and how many in which state. */
  driver?: SchedulerHealth['driver']
  sandboxes?: SchedulerHealth['sandboxes']
  workerRestarts?: number
  /** Sandboxes that the engine cannot remove, and shims that it has left behind. */
  quarantined?: number
  orphanedShims?: number
}

/** Asks every dependency of a gateway at once. Never rejects; each part has its own deadline. */
export async function partsHealth(parts: {
  stores: Stores
  link: InvokeLink
}): Promise<Record<string, PartHealth>> {
  const { stores, link } = parts
  const [redis, storage, scheduler] = await Promise.all([
    asked(() => stores.redis.ping()),
    storageHealth(stores),
    schedulerHealth(link),
  ])
  return { redis, storage, scheduler }
}

async function storageHealth({ storage }: Stores): Promise<PartHealth> {
  if (storage.state === 'off') return { state: 'off', detail: storage.reason }
  return asked(() => storage.store.ping())
}

async function schedulerHealth(link: InvokeLink): Promise<PartHealth> {
  try {
    const { engine, engineReport, ...facts } = await link.health()
    return {
      state: engine === 'down' ? 'down' : 'up',
      ...facts,
      quarantined: engineReport.quarantined.length,
      orphanedShims: engineReport.orphanedShims.length,
    }
  } catch (error) {
    return { state: 'down', detail: (error as Error).message }
  }
}

async function asked(ask: () => Promise<unknown>): Promise<PartHealth> {
  try {
    await ask()
    return { state: 'up' }
  } catch (error) {
    return { state: 'down', detail: (error as Error).message }
  }
}
