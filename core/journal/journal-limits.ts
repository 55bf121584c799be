import type { Settings } from '../settings.ts'

/** What the journal keeps; past any of these the oldest go, a segment at a time. */
export interface JournalLimits {
  /** Of one function: invocations, and bytes of them in Redis. */
  count: number
  bytes: number
  ageMs: number
  /** Of all functions together. */
  allCount: number
  allBytes: number
}

const MB = 1024 * 1024
const HOUR_MS = 3600_000

const USUAL: JournalLimits = {
  count: 10_000,
  bytes: 64 * MB,
  ageMs: 7 * 24 * HOUR_MS,
  allCount: 500_000,
  allBytes: 256 * MB,
}

/** Rows of a segment at most; of a function that keeps few, a tenth of them. */
export const SEGMENT_ROWS_MAX = 1024
const SEGMENT_ROWS_MIN = 8

/** Those that are not given are the usual ones. */
export function journalLimits(options: Partial<JournalLimits> = {}): JournalLimits {
  return { ...USUAL, ...options }
}

/** What the settings say of it. */
export function journalOptions(
  settings: Pick<Settings, 'RECORD_COUNT' | 'RECORD_HOURS' | 'RECORD_COUNT_ALL'>,
): Partial<JournalLimits> {
  const { RECORD_COUNT: count, RECORD_HOURS: hours, RECORD_COUNT_ALL: allCount } = settings
  return { count, ageMs: hours * HOUR_MS, allCount }
}

/** As every script of the journal takes them; see core/lua/journal.lua. */
export function journalArguments(limits: JournalLimits): number[] {
  const { count, bytes, ageMs, allCount, allBytes } = limits
  const tenth = Math.ceil(Math.min(count, allCount) / 10)
  const segment = Math.min(SEGMENT_ROWS_MAX, Math.max(SEGMENT_ROWS_MIN, tenth))
  return [count, bytes, ageMs, allCount, allBytes, segment]
}
