import type { ListedSandbox } from './driver.ts'

/** One of the pool's own table, as it was before the listing was asked for. */
export interface KnownSandbox {
  id: string
  /** False while it starts: it need not be listed yet. */
  launched: boolean
}

export interface Differences {
  /** What is nobody's: of an older boot, or forgotten. */
  strays: ListedSandbox[]
  /** Sandboxes of the table that do not run any more. */
  lost: string[]
}

/**
 * Compares the engine's listing of this node with the pool's table. `isLeaving` says what is being
 * removed already; a sandbox that came into the table after `known` was taken counts as ours too.
 */
export function compare(
  listed: ListedSandbox[],
  known: KnownSandbox[],
  current: { boot: string; isOurs(id: string): boolean; isLeaving(handle: string): boolean },
): Differences {
  const running = new Set<string>()
  const strays: ListedSandbox[] = []
  for (const sandbox of listed) {
    const { handle, id, boot, running: runs } = sandbox
    const ours = boot === current.boot && current.isOurs(id)
    if (ours && runs) running.add(id)
    const leaving = current.isLeaving(id) || current.isLeaving(handle)
    if (!ours && !leaving) strays.push(sandbox)
  }
  const lost = known.filter(({ id, launched }) => launched && !running.has(id)).map(({ id }) => id)
  return { strays, lost }
}
