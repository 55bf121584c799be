import type { Law } from '../check.ts'
import type { Fault } from '../fault.ts'
import type { Topology } from '../ground.ts'

/** A platform that breaks one of its promises, and the schedule that must notice. */
export interface Mutant {
  name: string
  /** The promise that it breaks. */
  breaks: string
  /** Exact texts of the source, each there once, and what stands in their place. */
  edits: readonly { file: string; search: string; replace: string }[]
  topology: Topology
  faults: readonly Fault[]
  /** Laws of which one at least must be found broken. */
  laws: readonly Law[]
}

/** One of a mutant's faults, on the first of its targets. */
export function fault(kind: string, atMs: number, lengthMs: number): Fault {
  return { kind, atMs, lengthMs, choice: 0 }
}
