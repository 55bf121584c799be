import type { OrphanedShim } from '../../core/links/invoke-link.ts'
import type { Logger } from '../../core/logs/logger.ts'
import {
  argumentsOf,
  PARENT,
  processIds,
  STARTED_AT,
  statOf,
} from '../../core/process/processes.ts'
import type { Driver } from './driver.ts'

const SHIM = /(?:^|\/)containerd-shim[\w.-]*$/
const CONTAINER_ID = /^[0-9a-f]{64}$/

interface Shim extends OrphanedShim {
  /** Clock ticks since the host's boot: with the pid it names one process for ever. */
  startedAt: string
}

/**
 * Looks for shims that were left behind: processes that held containers of ours which the engine
 * does not know any more. Each takes up a few megabytes, and with a child still what that does.
 * Seen twice it is told; without a child it holds nothing, and is ended; with one, that is thawed.
 */
export class OrphanedShims {
  readonly #driver: Driver
  readonly #log: Logger
  #suspects = new Map<number, Shim>()
  #orphans: OrphanedShim[] = []

  constructor(driver: Driver, log: Logger) {
    this.#driver = driver
    this.#log = log
  }

  list(): OrphanedShim[] {
    return this.#orphans
  }

  /** Rejects with EngineUnavailable. Sees none where the host's processes cannot be seen. */
  async look(): Promise<void> {
    const removed = await this.#driver.removedContainers()
    const found = removed.size === 0 ? [] : await shimsOf(removed)
    const orphans = found.filter((shim) => isSame(shim, this.#suspects.get(shim.pid)))
    this.#suspects = new Map(found.map((shim) => [shim.pid, shim]))
    const known = new Set(this.#orphans.map(({ pid }) => pid))
    this.#orphans = orphans.map(({ pid, containerId }) => ({ pid, containerId }))
    if (orphans.length === 0) return
    const parents = await parentPids()
    for (const shim of orphans) {
      const { pid, containerId } = shim
      if (!known.has(pid)) this.#log.error({ pid, containerId }, 'A shim was left behind')
      if (!parents.has(pid)) await this.#end(shim)
      // What was killed while it was frozen ends when it is thawed; gone already is fine.
      else await this.#driver.thaw(containerId).catch(() => undefined)
    }
  }

  /** The number may be another process's by now: it is looked at once more. */
  async #end(shim: Shim): Promise<void> {
    const [now] = await shimsOf(new Set([shim.containerId]))
    if (!isSame(shim, now)) return
    try {
      process.kill(shim.pid, 'SIGKILL')
      this.#log.info({ pid: shim.pid }, 'A shim without a child was ended')
    } catch (error) {
      // Not ours to end, or gone: it stays told for as long as it is there.
      this.#log.debug({ err: error, pid: shim.pid }, 'A shim could not be ended')
    }
  }
}

function isSame(a: Shim, b: Shim | undefined): boolean {
  return a.pid === b?.pid && a.startedAt === b.startedAt && a.containerId === b.containerId
}

async function shimsOf(containerIds: ReadonlySet<string>): Promise<Shim[]> {
  const shims: Shim[] = []
  for (const pid of await processIds()) {
    const [program = '', ...args] = await argumentsOf(pid)
    const containerId = args[args.indexOf('-id') + 1] ?? ''
    if (!SHIM.test(program) || !CONTAINER_ID.test(containerId)) continue
    if (!containerIds.has(containerId)) continue
    const startedAt = (await statOf(pid))[STARTED_AT]
    if (startedAt !== undefined) shims.push({ pid, containerId, startedAt })
  }
  return shims
}

async function parentPids(): Promise<Set<number>> {
  const parents = new Set<number>()
  for (const pid of await processIds()) parents.add(Number((await statOf(pid))[PARENT]))
  return parents
}
