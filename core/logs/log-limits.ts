import type { Settings } from '../settings.ts'

/** How much is kept of logs; the oldest lines go first. */
export interface LogLimits {
  /** Of one function. */
  lines: number
  /** The same, as it lies in Redis. */
  bytes: number
  /** From the time a line is kept; a function may have a retention of its own instead. */
  ageMs: number
  /** Of all functions together: past it the function that has most gives up its oldest. */
  totalBytes: number
}

const MB = 1024 * 1024
export const DAY_MS = 24 * 3600_000

export function logLimits(
  settings: Pick<Settings, 'LOG_LINES' | 'LOG_MB' | 'LOG_DAYS' | 'LOG_TOTAL_MB'>,
): LogLimits {
  return {
    lines: settings.LOG_LINES,
    bytes: settings.LOG_MB * MB,
    ageMs: settings.LOG_DAYS * DAY_MS,
    totalBytes: settings.LOG_TOTAL_MB * MB,
  }
}
