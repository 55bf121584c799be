import type { Driver } from './driver.ts'
import type { SandboxState } from './sandbox-state.ts'

/** Freezes one that is `paused`. Rejects where it could not be done, with the reason; `runsOn` is called then. */
export async function freeze(
  driver: Driver,
  sandbox: { id: string; state: SandboxState },
  runsOn: () => void,
): Promise<void> {
  try {
    await driver.freeze(sandbox.id)
  } catch (error) {
    // Part of it may stand still, unless an invocation has come. Where that cannot be undone, the next one sees to it.
    if (sandbox.state === 'paused') await driver.thaw(sandbox.id)
    if (sandbox.state === 'paused') runsOn()
    throw error
  }
}

/** How long it took, and why it could not be done. Never rejects. */
export async function thaw(
  driver: Driver,
  id: string,
): Promise<{ thawMs: number; fault: Error | undefined }> {
  const since = performance.now()
  let fault: Error | undefined
  try {
    await driver.thaw(id)
  } catch (error) {
    fault = error as Error
  }
  return { thawMs: performance.now() - since, fault }
}
