import { billedMs } from '../invocations/billed-duration.ts'
import type { EndedInvocation } from '../invocations/invocation-tally.ts'

export const HOUR_MS = 3600_000

/** What is added up of each hour; all whole numbers. */
export const USAGE_NUMBERS = [
  'invocations',
  'errors',
  'throttles',
  'coldStarts',
  'durationUs',
  'billedMbMs',
] as const

/** What a function has used, of an hour or of several. */
export class Usage implements Record<(typeof USAGE_NUMBERS)[number], number> {
  /** Those that its handler ran for, or that failed as it could not be loaded. */
  invocations = 0
  /** Of these, those that failed, by whatever way. */
  errors = 0
  /** Refused for want of room, each try of an asynchronous invocation for itself; none of them is an invocation. */
  throttles = 0
  coldStarts = 0
  durationUs = 0
  /** Billed milliseconds, each times the megabytes that the function had. */
  billedMbMs = 0

  /** On the way of each invocation: it allocates nothing. */
  add(ended: EndedInvocation, memoryMb: number): void {
    this.invocations += 1
    if (ended.errorType !== undefined) this.errors += 1
    if (ended.initMs !== undefined) this.coldStarts += 1
    this.durationUs += Math.round(ended.durationMs * 1000)
    this.billedMbMs += billedMs(ended) * memoryMb
  }

  merge(other: Usage): void {
    for (const name of USAGE_NUMBERS) this[name] += other[name]
  }

  /** As Lambda counts them: a gigabyte has 1,024 MB. */
  get gbSeconds(): number {
    return this.billedMbMs / 1024 / 1000
  }
}

/** Hours since 1970, the one that this moment is in. */
export function hourOf(timeMs: number): number {
  return Math.floor(timeMs / HOUR_MS)
}
