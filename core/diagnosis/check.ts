import { HearthError } from '../errors.ts'

/** warning: the platform works, and does less, or keeps less safe, than it could. */
export const CHECK_STATES = ['ok', 'warning', 'failed'] as const

/** What one look at one thing has found, in words for whoever runs the platform. */
export interface Finding {
  state: (typeof CHECK_STATES)[number]
  found: string
  /** What to do; absent where all is well. */
  remedy?: string
}

export interface Check extends Finding {
  name: string
}

export interface Probe {
  name: string
  /** Whatever it rejects with is a failure of what it looks at. */
  look(): Promise<Finding>
  /** Where a failure of its own kind has no remedy in its error. */
  remedy: string
}

/** All of them run beside each other, and what asks for them by a link needs some more. */
export const PROBE_MS = 3500

/** Runs all probes at once. Never rejects: one that is late, or breaks, is a check that failed. */
export function runProbes(probes: readonly Probe[], ms = PROBE_MS): Promise<Check[]> {
  return Promise.all(probes.map((probe) => runProbe(probe, ms)))
}

async function runProbe({ name, look, remedy }: Probe, ms: number): Promise<Check> {
  const { promise: late, resolve } = Promise.withResolvers<Finding>()
  const timer = setTimeout(() => resolve(failed(`No answer within ${ms} ms`, remedy)), ms)
  try {
    return { name, ...(await Promise.race([late, look()])) }
  } catch (error) {
    const isKnown = error instanceof HearthError && error.code !== 'Internal'
    return { name, ...failed((error as Error).message, isKnown ? error.remedy : remedy) }
  } finally {
    clearTimeout(timer)
  }
}

/** A scheduler that does not tell what it finds. */
export function silentScheduler(found: string): Check {
  const remedy = 'Check that the scheduler runs, and that SCHEDULER_URL is where gateways reach it.'
  return { name: 'scheduler', ...failed(found, remedy) }
}

export function ok(found: string): Finding {
  return { state: 'ok', found }
}

export function warning(found: string, remedy: string): Finding {
  return { state: 'warning', found, remedy }
}

export function failed(found: string, remedy: string): Finding {
  return { state: 'failed', found, remedy }
}
