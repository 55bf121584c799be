import type { Lane } from './lane.ts'
import { mustYield, type WaitingLine } from './placement.ts'
import type { Sandbox } from './sandbox.ts'
import { SANDBOX_AGE_MS_MAX } from './sandbox-age.ts'

/**
 * Whether a sandbox, one of whose invocations has just ended, begins no other: it is old, or others
 * cannot start for want of its room. One that runs on for a while makes no room before it ends: of
 * those, no more leave than are wanted.
 */
export function mustLeave(
  { tally, provisioned }: Lane,
  sandbox: Sandbox,
  starved: WaitingLine[],
): boolean {
  if (sandbox.ageMs > SANDBOX_AGE_MS_MAX) return true
  const { size: draining } = tally.draining
  if (provisioned.has(sandbox) || (!sandbox.isEmpty && draining >= starved.length)) return false
  const held = sandbox.isEmpty ? tally.held + 1 : tally.held
  return mustYield(tally.name, held - draining, starved)
}
