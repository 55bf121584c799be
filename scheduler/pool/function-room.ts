/** How much more of a function the pool could run: decided from a snapshot alone, as in placement.ts. */

import { GENERIC_MS, isHeld, LAUNCHES_MAX, type PoolView, shareOf } from './placement.ts'

/** Invocations that may wait for one busy sandbox, so that it has the next one when it is free. */
const AHEAD_MAX = 16
/** And for all of one function: callers who wait must find room behind them. */
const AHEAD_SUM_MAX = 256

/** What one function has in the pool, for the question of how much more it could run. */
export interface FunctionRoom {
  idle: number
  busy: number
  /** Invocations that the busy ones have room for beside what they run. */
  besideOthers: number
  /** Of the busy ones, those that have been so for SHORT_MS_MAX at most. */
  brieflyBusy: number
  waiting: number
  /** Somebody has waited for longer than HELD_MS_MAX: it does not go as it should. */
  isStuck: boolean
  /** As of a waiting line. */
  active: number
  held: number
  /** reservedConcurrency, or Infinity. */
  limit: number
  concurrency: number
  meanMs: number | undefined
  leastMs: number | undefined
  memoryMb: number
  /** Cannot be made of a generic sandbox. */
  own: boolean
}

/**
 * How many invocations of a function, besides those that run or wait, could start at once, or so
 * soon that another sandbox for them would not come sooner.
 */
export function roomFor(view: PoolView, of: FunctionRoom): number {
  const { concurrency, besideOthers } = of
  const share = (shareOf(view.sandboxesMax) - of.held) * concurrency + besideOthers
  const most = Math.min(of.limit - of.active, share)
  const idleMb = view.idle.reduce((sum, { memoryMb }) => sum + memoryMb, 0)
  const slots = view.sandboxesMax - view.sandboxes + view.idle.length + view.generics
  const fitting = Math.floor((view.memoryMbMax - view.memoryMb + idleMb) / of.memoryMb)
  const bootable = Math.max(0, Math.min(slots, fitting, LAUNCHES_MAX - view.launching))
  const starts = of.own || view.generics === 0 ? bootable : Math.min(view.generics, fitting)
  const startable = starts * concurrency
  const isLeft = !of.isStuck && isHeld(of, view)
  const ready = of.idle * concurrency + besideOthers
  const now = Math.max(0, Math.min(most, ready + (isLeft ? 0 : startable)))
  // One that waits tells, by how long it does, whether the busy ones are enough.
  const soon = Math.max(soonRun(of), isLeft ? Math.min(1, most, startable) : 0)
  return Math.max(0, now + soon - of.waiting)
}

/** How many more its busy sandboxes will have run by the time that a generic one could have become another. */
function soonRun({ brieflyBusy, isStuck, limit, meanMs }: FunctionRoom): number {
  if (meanMs === undefined || limit === 0 || isStuck) return 0
  const each = Math.min(AHEAD_MAX, Math.floor(GENERIC_MS / Math.max(meanMs, Number.EPSILON)))
  return Math.min(AHEAD_SUM_MAX, brieflyBusy * each)
}
