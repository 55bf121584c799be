/**
 * Where waiting invocations go: decided here, from a snapshot alone, done elsewhere.
 *
 * Turns: the next sandbox goes to the function that holds the fewest, and among those to who has
 * waited longest. A function never holds the last tenth of the pool (one sandbox at least), so that
 * another one always finds room; and while others cannot start, a function that holds two more
 * than one of them gives up the next sandbox that it frees (`mustYield`).
 */

import { SHORT_MS_MAX } from './running-max.ts'

/** What a generic sandbox is booted with; the smallest function. */
export const GENERIC_MEMORY_MB = 128
/** Containers started at the same time for those who wait; more only slow each other down. */
export const LAUNCHES_MAX = 4
/** The part of the pool that no single function can have. */
const RESERVE = 0.1
/**
 * What another sandbox costs, about: from a generic one, and from nothing. Waiting for a busy one
 * is chosen where it is expected to be shorter.
 */
export const GENERIC_MS = 10
const BOOT_MS = 250
/** What was expected of busy ones may be late by so much: another one costs the host far more than it takes. */
const SLACK_MS = 15
/** For what nobody waits for, so many sandboxes of a short function for each core are enough on busy ones. */
const HELD_PER_CORE = 2
/** What nobody waits for is left to busy sandboxes for so long; then it counts like any other. */
export const HELD_MS_MAX = 250

/** How long the queue of one function version is, and how fast its sandboxes take from it. */
export interface LaneLoad {
  /** Cannot be made of a generic sandbox. */
  own: boolean
  waiting: number
  /** Sandboxes that will be free for this version without another start, and those of it that run. */
  starting: number
  busy: number
  /** What an invocation is expected to take; undefined before the first. */
  expectedMs: number | undefined
}

/** One function version that has waiting invocations. */
export interface WaitingLine extends LaneLoad {
  key: string
  functionName: string
  /** How many have waited longer than a busy sandbox should have taken. */
  overdue: number
  /**
   * Of those that wait, and of those overdue, the ones that nobody waits for, and not for
   * HELD_MS_MAX yet; without the first in line, for whom `starting` are.
   */
  patient: number
  overduePatient: number
  waitingSince: number
  /** Of the busy ones, those that are so briefly (`running-max.ts`); and how many of these there may be. */
  brieflyBusy: number
  runningMax: number
  /** Left alone while busy ones are sooner; taken before another is started. */
  idle: number
  /** What an invocation of it takes undisturbed; undefined before the first. */
  leastMs: number | undefined
  /** Invocations that run of the function, of any version, and its sandboxes that start. */
  active: number
  /** Its sandboxes that start or run. */
  held: number
  /** reservedConcurrency, or Infinity. */
  limit: number
  /** Invocations that one sandbox runs at a time. */
  concurrency: number
  /** Of those that wait, the ones that nothing can run beside: streamed, where that is more than one. */
  alone: number
  memoryMb: number
  /** Its last start failed: one at a time until one succeeds. */
  probing: boolean
}

export interface PoolView {
  sandboxesMax: number
  memoryMbMax: number
  /** All that are not gone, and the sum of their limits. */
  sandboxes: number
  memoryMb: number
  /** Generic ones that are ready; and that boot, to become anybody's. */
  generics: number
  booting: number
  /** Containers that start now, of either kind. */
  launching: number
  /** The host has a core to spare. */
  coreFree: boolean
  /** Of the host; 0 where they cannot be counted. */
  cores: number
  /** Least recently used first. */
  idle: { id: string; memoryMb: number }[]
  waiting: WaitingLine[]
}

/** Which sandboxes go to make room: an idle one, or a generic one. */
export type RoomStep = { do: 'evict'; id: string } | { do: 'shed' }

/** specialise: a generic one becomes the line's. launch: one of its own. boot: another generic one. */
export type Step = { do: 'specialise' | 'launch'; key: string } | { do: 'boot' } | RoomStep

export interface Plan {
  steps: Step[]
  /** Lines that could not start for want of room; others who hold more yield to them. */
  starved: WaitingLine[]
}

export function planStarts(view: PoolView): Plan {
  const lines = view.waiting.map((line) => ({ ...line }))
  const plan: Plan = { steps: [], starved: [] }
  if (!lines.some((line) => wanted(line, view) > 0)) return plan
  let room: Room = { ...view, idle: [...view.idle] }
  for (;;) {
    const line = next(lines, room, plan.starved)
    if (!line) return plan
    const placed = place(line, room)
    if (placed === 'no room') plan.starved.push(line)
    else if (placed === 'not now') lines.splice(lines.indexOf(line), 1)
    else {
      room = placed.room
      plan.steps.push(...placed.steps)
      line.starting += 1
      line.held += 1
      line.active += line.concurrency
    }
  }
}

/** Whether a sandbox that one function frees goes to others, although its own invocations wait. */
export function mustYield(functionName: string, held: number, starved: WaitingLine[]): boolean {
  return starved.some((line) => line.functionName !== functionName && line.held + 1 < held)
}

/** The most sandboxes that one function may hold. */
export function shareOf(sandboxesMax: number): number {
  return sandboxesMax < 2
    ? sandboxesMax
    : sandboxesMax - Math.max(1, Math.floor(sandboxesMax * RESERVE))
}

/** Generic sandboxes to boot ahead of need: only in room that nobody else could use now. */
export function refillStarts(view: PoolView, target: number): number {
  const spare = Math.min(
    view.sandboxesMax - view.sandboxes,
    Math.floor((view.memoryMbMax - view.memoryMb) / GENERIC_MEMORY_MB),
  )
  return Math.max(0, Math.min(target - view.generics - view.booting, spare))
}

/** How long a line's waiting invocations are left to its busy sandboxes before another is started. */
export function patienceMs(
  { own, waiting, starting, busy, expectedMs }: LaneLoad,
  generics: number,
): number {
  const cost = generics > 0 && !own ? GENERIC_MS : BOOT_MS
  if (busy === 0 || expectedMs === undefined) return 0
  const turns = Math.ceil((waiting - starting) / busy)
  return expectedMs * turns <= cost ? cost + SLACK_MS : 0
}

/**
 * Whether a function gets no more sandboxes for what nobody waits for: its invocations are short,
 * or not known yet, and the cores are busy. More of them would only slow each other down. Short is
 * what they are undisturbed: by their mean, the more of them push each other off the cores, the
 * more of them there would be.
 */
export function isHeld(
  { busy, leastMs }: { busy: number; leastMs: number | undefined },
  { coreFree, cores }: Pick<PoolView, 'coreFree' | 'cores'>,
): boolean {
  if (leastMs === undefined) return !coreFree && busy > 0
  const enough = Math.max(1, HELD_PER_CORE * cores)
  return !coreFree && busy >= enough && leastMs <= SHORT_MS_MAX
}

export type Room = Omit<PoolView, 'waiting'>

function next(lines: WaitingLine[], room: Room, starved: WaitingLine[]): WaitingLine | undefined {
  let best: WaitingLine | undefined
  for (const line of lines) {
    if (starved.includes(line) || wanted(line, room) <= 0) continue
    if (!best || line.held < best.held) best = line
    else if (line.held === best.held && line.waitingSince < best.waitingSince) best = line
  }
  return best
}

function wanted(
  line: WaitingLine,
  room: Pick<Room, 'generics' | 'sandboxesMax' | 'coreFree' | 'cores'>,
): number {
  const { concurrency } = line
  const allowed = Math.ceil((line.limit - line.active) / concurrency)
  const most = Math.min(allowed, shareOf(room.sandboxesMax) - line.held)
  const starts = line.probing ? 1 - line.starting : Number.POSITIVE_INFINITY
  // More than may run would only wait, ready.
  const useful = line.runningMax - line.brieflyBusy - line.starting - line.idle
  const isLeft = patienceMs(line, room.generics) > 0
  const waiting = isLeft ? line.overdue : line.waiting
  const patient = isLeft ? line.overduePatient : line.patient
  const held = isHeld({ ...line, busy: line.busy + line.starting }, room) ? patient : 0
  const alone = Math.min(line.alone, waiting)
  const places = alone + Math.ceil(Math.max(0, waiting - held - alone) / concurrency)
  const needed = places - line.starting - line.idle
  return Math.min(most, starts, useful, needed)
}

type Placed = { room: Room; steps: Step[] } | 'no room' | 'not now'

function place(line: WaitingLine, room: Room): Placed {
  const { key, memoryMb, own } = line
  if (!own && room.generics > 0) {
    const made = makeRoom(room, { sandboxes: 0, memoryMb: memoryMb - GENERIC_MEMORY_MB, keep: 1 })
    if (!made) return 'no room'
    made.room.generics -= 1
    return { room: made.room, steps: [...made.steps, { do: 'specialise', key }] }
  }
  if (!own && room.booting > 0) return { room: { ...room, booting: room.booting - 1 }, steps: [] }
  const made = makeRoom(room, { sandboxes: 1, memoryMb, keep: 0 })
  if (!made) return 'no room'
  if (room.launching >= LAUNCHES_MAX) return 'not now'
  made.room.launching += 1
  return { room: made.room, steps: [...made.steps, own ? { do: 'launch', key } : { do: 'boot' }] }
}

/** Takes the room out of what is free, then of idle sandboxes, then of generic ones but for `keep`. */
export function makeRoom(
  before: Room,
  need: { sandboxes: number; memoryMb: number; keep: number },
): { room: Room; steps: RoomStep[] } | undefined {
  const room = { ...before, idle: [...before.idle] }
  room.sandboxes += need.sandboxes
  room.memoryMb += need.memoryMb
  const steps: RoomStep[] = []
  while (room.sandboxes > room.sandboxesMax || room.memoryMb > room.memoryMbMax) {
    const oldest = room.idle.shift()
    if (oldest) {
      steps.push({ do: 'evict', id: oldest.id })
      room.memoryMb -= oldest.memoryMb
    } else if (room.generics > need.keep) {
      steps.push({ do: 'shed' })
      room.generics -= 1
      room.memoryMb -= GENERIC_MEMORY_MB
    } else return undefined
    room.sandboxes -= 1
  }
  return { room, steps }
}
