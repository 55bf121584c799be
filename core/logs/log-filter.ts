import type { LogLevel } from './line-structure.ts'
import { isAtLeast, structureOf } from './line-structure.ts'
import type { KeptLine } from './log-line.ts'

/** Which lines are wanted; a line must be all that is said here. */
export interface LogFilter {
  invocationId?: string | undefined
  /** At least as grave; a line that says nothing of its level counts as INFO. */
  level?: LogLevel | undefined
  /** Is in the text, whatever its case. */
  search?: string | undefined
  /** Epoch milliseconds, both ends included. */
  fromMs?: number | undefined
  toMs?: number | undefined
}

/** Makes the test of a filter; the cheap questions come first. */
export function matcherOf(filter: LogFilter): (line: KeptLine) => boolean {
  const { invocationId, level } = filter
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = filter
  const search = filter.search?.toLowerCase()
  return (line) => {
    if (invocationId !== undefined && line.invocationId !== invocationId) return false
    if (line.timeMs < fromMs || line.timeMs > toMs) return false
    if (search !== undefined && !line.text.toLowerCase().includes(search)) return false
    return level === undefined || isAtLeast(structureOf(line.text).level, level)
  }
}
