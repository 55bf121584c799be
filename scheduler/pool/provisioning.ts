import { makeRoom, type PoolView, type Room, shareOf } from './placement.ts'

/** Provisioned sandboxes that start at the same time; whoever waits for one is not to be slowed down. */
const LAUNCHES_AHEAD_MAX = 2
/** Of the pool's memory, what provisioned sandboxes may have together; of its places, what one function may. */
const MEMORY_SHARE = 0.9
/** What is left to others: a generic sandbox for whoever comes first. */
const GENERICS_KEPT = 1

/** One function version that has, or had, provisioned concurrency. */
export interface ProvisionedLine {
  key: string
  wanted: number
  memoryMb: number
  /** Its provisioned sandboxes. An old one is about to end of its age. */
  sandboxes: { id: string; state: 'starting' | 'idle' | 'busy'; isOld: boolean }[]
  /** Its last start did not fail, or is long enough ago. */
  mayStart: boolean
}

export type ProvisioningStep =
  | { do: 'launch'; key: string }
  | { do: 'leave' | 'evict'; id: string }
  | { do: 'shed' }

export interface ProvisioningPlan {
  /** launch: one more of the line. leave: this one is not wanted any more. */
  steps: ProvisioningStep[]
  /** Lines that get no more for want of room. */
  full: string[]
}

/**
 * What to do so that each line has as many sandboxes as it wants, decided from a snapshot alone.
 * One that grows old stays until another is ready. Room is made of idle sandboxes that are kept for
 * nobody, and of generic ones but for one; a line that misses most comes first.
 */
export function planProvisioning(
  view: Omit<PoolView, 'waiting'>,
  lines: readonly ProvisionedLine[],
): ProvisioningPlan {
  const plan: ProvisioningPlan = { steps: [], full: [] }
  for (const line of lines) {
    for (const id of leaving(line)) plan.steps.push({ do: 'leave', id })
  }
  let room: Room = { ...view, idle: [...view.idle] }
  const held = heldBy(lines)
  const missing = lines.map((line) => ({ line, has: youngOf(line).length }))
  while (room.launching < LAUNCHES_AHEAD_MAX) {
    const next = neediest(missing, plan.full)
    if (!next) break
    const { key, memoryMb } = next.line
    const fits =
      held.sandboxes < shareOf(view.sandboxesMax) &&
      held.memoryMb + memoryMb <= view.memoryMbMax * MEMORY_SHARE
    const made = fits ? makeRoom(room, { sandboxes: 1, memoryMb, keep: GENERICS_KEPT }) : undefined
    if (!made) {
      plan.full.push(key)
      continue
    }
    room = made.room
    room.launching += 1
    held.sandboxes += 1
    held.memoryMb += memoryMb
    next.has += 1
    plan.steps.push(...made.steps, { do: 'launch', key })
  }
  return plan
}

/** Idle ones that are too many; old ones, when as many others are ready as are wanted. */
function leaving(line: ProvisionedLine): string[] {
  const young = youngOf(line)
  const ready = young.filter(({ state }) => state !== 'starting').length
  const idle = line.sandboxes.filter(({ state }) => state === 'idle')
  // One that starts only replaces another when it is ready.
  const tooMany = Math.max(0, ready - line.wanted)
  const old = ready >= line.wanted ? idle.filter(({ isOld }) => isOld) : []
  const rest = idle.filter(({ isOld }) => !isOld).slice(0, tooMany)
  return [...old, ...rest].map(({ id }) => id)
}

function heldBy(lines: readonly ProvisionedLine[]): { sandboxes: number; memoryMb: number } {
  const held = { sandboxes: 0, memoryMb: 0 }
  for (const { sandboxes, memoryMb } of lines) {
    held.sandboxes += sandboxes.length
    held.memoryMb += sandboxes.length * memoryMb
  }
  return held
}

interface Missing {
  line: ProvisionedLine
  has: number
}

function neediest(missing: readonly Missing[], full: readonly string[]): Missing | undefined {
  let best: Missing | undefined
  for (const one of missing) {
    const { key, wanted, mayStart } = one.line
    if (!mayStart || one.has >= wanted || full.includes(key)) continue
    if (!best || one.has / wanted < best.has / best.line.wanted) best = one
  }
  return best
}

function youngOf({ sandboxes }: ProvisionedLine): ProvisionedLine['sandboxes'] {
  return sandboxes.filter(({ isOld }) => !isOld)
}
