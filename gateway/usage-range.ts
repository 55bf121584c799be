import { HearthError } from '../core/errors.ts'
import { HOUR_MS, hourOf } from '../core/usage/usage.ts'
import type { UsageRange } from '../core/usage/usage-store.ts'
import { timeOf } from './schemas/time.ts'

const DAY_HOURS = 24
/** Of one question. */
const HOURS_MAX = 31 * DAY_HOURS

/**
 * The hours that are asked for: that of `from`, and all before `to`. Throws InvalidRequest where these
 * are no times, in the wrong order, or more than 31 days apart.
 */
export function usageRange(asked: { from?: string; to?: string }, nowMs: number): UsageRange {
  const toMs = asked.to === undefined ? nowMs : timeOf('to', asked.to)
  const fromMs = asked.from === undefined ? toMs - DAY_HOURS * HOUR_MS : timeOf('from', asked.from)
  if (fromMs > toMs) throw invalid('"from" lies after "to"; give the earlier time as "from"')
  const fromHour = hourOf(fromMs)
  const toHour = Math.max(fromHour + 1, Math.ceil(toMs / HOUR_MS))
  if (toHour - fromHour > HOURS_MAX) {
    throw invalid('"from" and "to" are more than 31 days apart; ask for one month after the other')
  }
  return { fromHour, toHour }
}

function invalid(reason: string): HearthError {
  return new HearthError('InvalidRequest', { reason })
}
