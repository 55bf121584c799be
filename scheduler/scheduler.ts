import { HearthError } from '../core/errors.ts'
import type {
  InvokeAnswer,
  InvokeLink,
  InvokeRequest,
  SchedulerHealth,
} from '../core/invoke-link.ts'
import type { Catalogue } from './catalogue.ts'
import type { Pool } from './pool/pool.ts'

export interface SchedulerParts {
  catalogue: Catalogue
  pool: Pool
  driver: SchedulerHealth['driver']
  /** Rejects when the engine does not answer in time. */
  pingEngine(): Promise<void>
}

/** Decides and runs on one host: what the gateways' link ends at. */
export class Scheduler implements InvokeLink {
  readonly #parts: SchedulerParts
  #closing = false

  constructor(parts: SchedulerParts) {
    this.#parts = parts
  }

  async invoke(request: InvokeRequest): Promise<InvokeAnswer> {
    if (this.#closing) throw new HearthError('ShuttingDown')
    const { catalogue, pool } = this.#parts
    const found = catalogue.known(request.functionName) ?? (await catalogue.find(request.functionName))
    return pool.invoke(found, request)
  }

  /** A function that is gone leaves no sandbox; a new state of one finds its code unpacked. */
  async announce(functionName: string): Promise<void> {
    const { catalogue, pool } = this.#parts
    const found = await catalogue.refresh(functionName)
    if (found) await pool.prepare(found)
    pool.retire(functionName, found?.definition.revisionId)
  }

  async health(): Promise<SchedulerHealth> {
    const { driver, pool } = this.#parts
    const sandboxes = pool.stats()
    try {
      await this.#parts.pingEngine()
      return { driver, engine: driver === 'docker' ? 'up' : 'off', sandboxes }
    } catch (error) {
      return { driver, engine: 'down', detail: (error as Error).message, sandboxes }
    }
  }

  /** No new invocation from here on; those that run go on until the pool closes. */
  stopAdmitting(): void {
    this.#closing = true
  }
}
