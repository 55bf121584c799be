import type { Fault, FaultKind, Lift } from './fault.ts'
import { connectionFaults } from './faults/connections.ts'
import { machineFaults } from './faults/machine.ts'
import { processFaults } from './faults/processes.ts'
import { redisFaults } from './faults/redis.ts'
import { sandboxFaults } from './faults/sandboxes.ts'
import { storageFaults } from './faults/storage.ts'
import type { Topology } from './ground.ts'
import { Random } from './random.ts'
import type { World } from './world.ts'

/** Every kind of fault, by name. */
export const FAULT_KINDS: Readonly<Record<string, FaultKind>> = {
  ...processFaults,
  ...redisFaults,
  ...connectionFaults,
  ...sandboxFaults,
  ...storageFaults,
  ...machineFaults,
}

export function faultKind(name: string): FaultKind {
  const kind = FAULT_KINDS[name]
  if (!kind) throw new Error(`There is no fault "${name}"; see npm run chaos -- --list`)
  return kind
}

/** What one run of the platform goes through. */
export interface Schedule {
  seed: number
  topology: Topology
  faults: Fault[]
  /** How long callers call: to the end of the last fault and a little further. */
  loadMs: number
}

export interface PlanOptions {
  /** Names of the kinds to choose from. */
  kinds: readonly string[]
  /** Faults of one schedule. */
  faults: number
  /** All faults begin within so many milliseconds. */
  windowMs: number
}

/** Schedules of these seeds deal each kind of fault once, at least. */
export const SHORT_FORM = { seed: 0, schedules: 4, faults: 21, windowMs: 24_000 }

const FIRST_MS = 1500
const AFTER_LAST_MS = 2500

/**
 * The schedule of a seed: always the same. Even seeds are for the whole platform in one process, odd
 * ones for services. Kinds are dealt like cards: seeds that follow each other go through all of them.
 */
export function planSchedule(seed: number, options: PlanOptions): Schedule {
  const topology: Topology = seed % 2 === 0 ? 'one' : 'services'
  const kinds = options.kinds.filter((name) => faultKind(name).topologies.includes(topology))
  const random = new Random(seed)
  const hand = Math.min(options.faults, kinds.length)
  const faults = deal(kinds, { turn: Math.floor(seed / 2), hand }).map((kind): Fault => {
    const [least, most] = faultKind(kind).lengthMs
    return {
      kind,
      atMs: random.integer(FIRST_MS, options.windowMs),
      lengthMs: random.integer(least, most),
      choice: random.next(),
    }
  })
  faults.sort((a, b) => a.atMs - b.atMs)
  return { seed, topology, faults, loadMs: loadMs(faults, options.windowMs) }
}

/** How long callers call in a schedule of these faults. */
export function loadMs(faults: readonly Fault[], windowMs: number): number {
  const lastEnd = Math.max(0, ...faults.map(({ atMs, lengthMs }) => atMs + lengthMs))
  return Math.max(windowMs, lastEnd) + AFTER_LAST_MS
}

/** The hand of this turn; each time that all cards were dealt they are shuffled anew. */
function deal(cards: readonly string[], { turn, hand }: { turn: number; hand: number }): string[] {
  const hands = Math.ceil(cards.length / hand)
  const shuffled = new Random(Math.floor(turn / hands) + 1).shuffle(cards)
  const first = (turn % hands) * hand
  return [...shuffled, ...shuffled].slice(first, first + hand)
}

/** When a fault was lifted, for what is measured from there. */
export interface Healing {
  kind: string
  at: number
}

/** Brings the faults about, each at its time; resolves when all are lifted. */
export async function makeFaults(world: World, faults: readonly Fault[]): Promise<Healing[]> {
  const began = performance.now()
  const until = (ms: number) =>
    new Promise((resolve) => setTimeout(resolve, Math.max(0, began + ms - performance.now())))
  return await Promise.all(
    faults.map(async (fault) => {
      await until(fault.atMs)
      const lift: Lift = await faultKind(fault.kind).start(world, fault)
      await until(fault.atMs + fault.lengthMs)
      await lift()
      return { kind: fault.kind, at: Date.now() }
    }),
  )
}
