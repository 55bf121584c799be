import { type Static, Type } from 'typebox'
import { HearthError } from '../errors.ts'
import { nextTime, parseSchedule } from '../triggers/schedule-expression.ts'

/** Of one version or alias; each is looked at by every scheduler every few seconds. */
const WINDOWS_MAX = 10
const COUNT_MAX = 1000
/** A week: whatever comes back less often than weekly is open for no longer than that. */
const DURATION_MINUTES_MAX = 7 * 24 * 60
const MINUTE_MS = 60_000

/**
 * A time in which more is kept ready, said as AWS says its maintenance windows: it opens whenever the
 * schedule fires, and closes so long after that, whatever clocks are set to meanwhile.
 */
export const ProvisionedWindow = Type.Object(
  {
    schedule: Type.String({
      minLength: 1,
      maxLength: 256,
      description: 'When it opens, by six cron fields: cron(0 8 ? * MON-FRI *)',
    }),
    timezone: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'IANA name; UTC if not given' }),
    ),
    durationMinutes: Type.Integer({
      minimum: 1,
      maximum: DURATION_MINUTES_MAX,
      description: 'How long it is open; a week at most',
    }),
    count: Type.Integer({
      minimum: 1,
      maximum: COUNT_MAX,
      description: 'Sandboxes that are kept ready while it is open',
    }),
  },
  { additionalProperties: false },
)
export type ProvisionedWindow = Static<typeof ProvisionedWindow>

export const ProvisionedWindows = Type.Array(ProvisionedWindow, { maxItems: WINDOWS_MAX })

/** What is kept ready at all times; with windows it may be none. */
export const ProvisionedCount = Type.Integer({ minimum: 0, maximum: COUNT_MAX })

/** So many sandboxes of a version are kept, with its code loaded. As it is stored. */
export const ProvisionedConcurrency = Type.Object(
  {
    /** At all times; Lambda's API sets no bound to it. */
    requested: Type.Integer({ minimum: 0 }),
    /** Absent where there are none. */
    windows: Type.Optional(ProvisionedWindows),
    lastModified: Type.String(),
  },
  { additionalProperties: false },
)
export type ProvisionedConcurrency = Static<typeof ProvisionedConcurrency>
type Wanted = Pick<ProvisionedConcurrency, 'requested' | 'windows'>

/** A window as it is at one moment. */
export interface WindowState extends ProvisionedWindow {
  isOpen: boolean
  /** While it is open; unless it opens again before. */
  closesAt?: Date
  /** Absent where it never opens again. */
  nextOpensAt?: Date
}

/**
 * How many are to be kept at a moment: the largest of the count and those of the windows that are open
 * then. It depends on its arguments alone, so that every scheduler says the same, at any time.
 */
export function wantedAt({ requested, windows = [] }: Wanted, now: Date): number {
  let wanted = requested
  for (const window of windows) {
    if (window.count > wanted && isOpen(window, now)) wanted = window.count
  }
  return wanted
}

/** The most that is kept at any time. */
export function mostWanted({ requested, windows = [] }: Wanted): number {
  return Math.max(requested, ...windows.map(({ count }) => count))
}

export function windowStateAt(window: ProvisionedWindow, now: Date): WindowState {
  const { schedule, timezone, durationMinutes } = window
  const opened = lastOpening(window, now)
  const next = nextTime(schedule, timezone, now)
  return {
    ...window,
    isOpen: opened !== undefined,
    ...(opened && { closesAt: new Date(opened.getTime() + durationMinutes * MINUTE_MS) }),
    ...(next && { nextOpensAt: next }),
  }
}

/**
 * Throws InvalidSchedule where a window never opens, InvalidRequest where it has no time of day or where
 * nothing would ever be kept. `checkSchedule` throws what it has against a schedule.
 */
export function checkProvisioned(
  { requested, windows = [] }: Wanted,
  checkSchedule: (schedule: string, timezone?: string) => unknown = parseSchedule,
): void {
  if (requested === 0 && windows.length === 0) {
    refuse('a count of 0 without windows keeps nothing: raise it, add windows, or delete it')
  }
  for (const { schedule, timezone } of windows) {
    if (/^(rate|at)\(/.test(schedule)) {
      const shown = JSON.stringify(schedule.slice(0, 100))
      refuse(`window ${shown} has no recurring time to open at: use cron(0 8 ? * MON-FRI *)`)
    }
    checkSchedule(schedule, timezone)
  }
}

function refuse(reason: string): never {
  throw new HearthError('InvalidRequest', { reason })
}

/**
 * What was found of a window last, and from when until when it holds. Reading a schedule takes a tenth of
 * a millisecond, and all windows are looked at every few seconds.
 */
const found = new WeakMap<ProvisionedWindow, { isOpen: boolean; from: number; until: number }>()

function isOpen(window: ProvisionedWindow, now: Date): boolean {
  const time = now.getTime()
  const last = found.get(window)
  if (last && last.from <= time && time < last.until) return last.isOpen
  const durationMs = window.durationMinutes * MINUTE_MS
  const opening = nextTime(window.schedule, window.timezone, new Date(time - durationMs))
  const opensAt = opening?.getTime() ?? Number.POSITIVE_INFINITY
  const isOpen = opensAt <= time
  found.set(window, { isOpen, from: time, until: isOpen ? opensAt + durationMs : opensAt })
  return isOpen
}

/** The first time that it has opened in the last so many minutes, now included. */
function firstOpening(window: ProvisionedWindow, minutes: number, now: Date): Date | undefined {
  const from = new Date(now.getTime() - minutes * MINUTE_MS)
  const opening = nextTime(window.schedule, window.timezone, from)
  return opening && opening <= now ? opening : undefined
}

/** The last time, if it is open since. Windows open on whole minutes, so the search ends within one. */
function lastOpening(window: ProvisionedWindow, now: Date): Date | undefined {
  let opening = firstOpening(window, window.durationMinutes, now)
  if (!opening) return undefined
  let none = 0
  let some = window.durationMinutes
  while (some - none > 1) {
    const middle = Math.floor((none + some) / 2)
    const later = firstOpening(window, middle, now)
    if (later) {
      opening = later
      some = middle
    } else none = middle
  }
  return opening
}
