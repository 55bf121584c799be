import type { Topology } from './ground.ts'
import type { World } from './world.ts'

/** One fault of a schedule. All that is left to chance is in it, so that it comes again the same. */
export interface Fault {
  kind: string
  /** Milliseconds after the workload's start. */
  atMs: number
  lengthMs: number
  /** From 0 up to 1: which of several targets, and how much. */
  choice: number
}

/** Ends a fault. */
export type Lift = () => void | Promise<void>

export interface FaultKind {
  /** What is done, in a few words. */
  does: string
  /** What the platform does then; with `does` it is the table in docs/guarantees.md. */
  follows: string
  topologies: readonly Topology[]
  /** Least and greatest length. */
  lengthMs: readonly [number, number]
  /** shim: needs the library of shim/faults.c. shared: harms what others on this machine may use. */
  needs?: 'shim' | 'shared'
  /** Error types that an innocent handler may end with, since this ends sandboxes. */
  blames?: readonly string[]
  /** Makes times that the platform and the ledger note incomparable. */
  movesClock?: true
  start(world: World, fault: Fault): Lift | Promise<Lift>
}

export const BOTH: readonly Topology[] = ['one', 'services']

/** The one of `targets` that the fault's choice names. */
export function chosen<T>(targets: readonly T[], { choice }: Fault): T {
  const target = targets[Math.floor(choice * targets.length)]
  if (target === undefined) throw new Error('The fault has no target')
  return target
}

/** A number from `least` to `most` that the fault's choice names. */
export function amount(least: number, most: number, { choice }: Fault): number {
  return Math.round(least + choice * (most - least))
}
