import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/**
 * Whether a core is free right now: the kernel's count of what wants to run, this process
 * included, is not above the cores. True where it cannot be known.
 */
export function hasFreeCore(): boolean {
  try {
    const running = /^\S+ \S+ \S+ (\d+)\//.exec(readFileSync('/proc/loadavg', 'utf8'))?.[1]
    return Number(running ?? 0) <= availableParallelism()
  } catch {
    return true // Not Linux.
  }
}
