import { type Finding, ok, warning } from '../../core/diagnosis/check.ts'
import { HearthError } from '../../core/errors.ts'
import type { SandboxReport } from '../../core/links/invoke-link.ts'
import type { Fleet } from './fleet.ts'
import type { Lanes } from './lanes.ts'
import type { PoolOptions } from './pool-options.ts'
import type { Sandbox } from './sandbox.ts'

/** The sandboxes of a pool as somebody sees them who looks from outside, and may end one. */
export class Inspection {
  readonly #fleet: Fleet
  readonly #lanes: Lanes
  readonly #options: Pick<PoolOptions, 'generic' | 'maxSandboxes'>

  #boot: Promise<number> | undefined

  constructor(fleet: Fleet, lanes: Lanes, options: Pick<PoolOptions, 'generic' | 'maxSandboxes'>) {
    this.#fleet = fleet
    this.#lanes = lanes
    this.#options = options
  }

  /** Each one that is not gone, in the order in which they were launched. */
  sandboxes(): SandboxReport[] {
    return Array.from(this.#fleet.all(), (sandbox) => this.#reportOf(sandbox))
  }

  /**
   * Ends one now. What it runs is refused with SandboxEnded, which is the platform's fault and not
   * its function's. Throws SandboxNotFound.
   */
  end(id: string): void {
    const sandbox = this.#fleet.get(id)
    if (!sandbox) throw new HearthError('SandboxNotFound', { id })
    sandbox.leave(true, new HearthError('SandboxEnded', { id }))
  }

  /**
   * Whether sandboxes can be started: where no generic one waits, one is. Rejects with
   * EngineUnavailable or SandboxFailed where that fails.
   */
  async tryStart(): Promise<Finding> {
    const { maxSandboxes } = this.#options
    const { generics, size } = this.#fleet
    if (generics > 0) return ok(`Generic ones that wait, booted: ${generics}; in all: ${size}`)
    if (size >= maxSandboxes) {
      return warning(
        `There are ${size}, which is the most (POOL_MAX), and no generic one waits`,
        'Raise POOL_MAX and POOL_MEMORY_MB if this host has room, or end some: DELETE /sandboxes/{id}.',
      )
    }
    // However many look at once, one is started.
    this.#boot ??= this.#bootOne().finally(() => {
      this.#boot = undefined
    })
    return ok(`One was started in ${await this.#boot} ms`)
  }

  /** Resolves with the milliseconds that it took. */
  async #bootOne(): Promise<number> {
    const since = performance.now()
    await this.#fleet.bootGeneric()
    if (this.#options.generic === 0) this.#fleet.takeGeneric()?.leave()
    return Math.round(performance.now() - since)
  }

  #reportOf(sandbox: Sandbox): SandboxReport {
    const { id, fn, state, memoryMb, launchedAt } = sandbox
    const lane = this.#lanes.ofSandbox(sandbox)
    return {
      id,
      ...(fn && { functionName: fn.definition.name, version: fn.definition.version }),
      state: state as SandboxReport['state'],
      memoryMb,
      ageMs: Math.round(performance.now() - launchedAt),
      running: lane?.busy.get(sandbox) ?? 0,
      isProvisioned: lane?.provisioned.has(sandbox) ?? false,
    }
  }
}
