import { HearthError } from '../../core/errors.ts'
import type { SandboxReport } from '../../core/links/invoke-link.ts'
import type { Fleet } from './fleet.ts'
import type { Lanes } from './lanes.ts'
import type { Sandbox } from './sandbox.ts'

/** The sandboxes of a pool as somebody sees them who looks from outside, and may end one. */
export class Inspection {
  readonly #fleet: Pick<Fleet, 'all' | 'get'>
  readonly #lanes: Pick<Lanes, 'ofSandbox'>

  constructor(fleet: Pick<Fleet, 'all' | 'get'>, lanes: Pick<Lanes, 'ofSandbox'>) {
    this.#fleet = fleet
    this.#lanes = lanes
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
