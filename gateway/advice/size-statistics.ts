import { InvocationTally } from '../../core/invocations/invocation-tally.ts'
import { DURATION_SCALE, MEMORY_SCALE, quantile } from '../../core/invocations/log-scale.ts'
import type { Series } from '../../core/invocations/statistics-store.ts'

const MB_PER_GB = 1024

/** What was seen of a function with one memory size. Quantiles are rounded up to their bucket. */
export interface SizeStatistics {
  memoryMb: number
  invocations: number
  coldStarts: number
  errors: number
  timeouts: number
  outOfMemory: number
  /** Absent where no sandbox has told: all have died. */
  usedMemoryMb?: { p95: number; p99: number; max: number }
  durationMs: { mean: number; p50: number; p95: number; p99: number; max: number }
  /** As Lambda bills: each duration rounded up to a millisecond. */
  billedMsPerInvocation: number
  gbSecondsPerInvocation: number
}

/** Of all versions and periods together, by memory size, ascending. */
export function bySize(series: readonly Series[]): SizeStatistics[] {
  const tallies = new Map<number, InvocationTally>()
  for (const { memoryMb, tally } of series) {
    const sum = tallies.get(memoryMb) ?? new InvocationTally()
    tallies.set(memoryMb, sum)
    sum.merge(tally)
  }
  return [...tallies]
    .filter(([, { invocations }]) => invocations > 0)
    .sort(([one], [other]) => one - other)
    .map(([memoryMb, tally]) => statisticsOf(memoryMb, tally))
}

export function gbSeconds(memoryMb: number, billedMs: number): number {
  return (memoryMb / MB_PER_GB) * (billedMs / 1000)
}

export function total(sizes: readonly SizeStatistics[], name: CountName): number {
  return sizes.reduce((sum, size) => sum + size[name], 0)
}
type CountName = 'invocations' | 'coldStarts' | 'errors' | 'timeouts' | 'outOfMemory'

function statisticsOf(memoryMb: number, tally: InvocationTally): SizeStatistics {
  const { invocations, coldStarts, errors, timeouts, outOfMemory, maxMemoryMb } = tally
  const billedMsPerInvocation = tally.billedMs / invocations
  const maxMs = tally.maxDurationUs / 1000
  const usedAt = (share: number) =>
    Math.min(maxMemoryMb, Math.ceil(quantile(MEMORY_SCALE, tally.memory, share)))
  const durationAt = (share: number) =>
    Math.min(maxMs, quantile(DURATION_SCALE, tally.durations, share))
  return {
    memoryMb,
    invocations,
    coldStarts,
    errors,
    timeouts,
    outOfMemory,
    ...(maxMemoryMb > 0 && {
      usedMemoryMb: { p95: usedAt(0.95), p99: usedAt(0.99), max: maxMemoryMb },
    }),
    durationMs: {
      mean: tally.durationUs / 1000 / invocations,
      p50: durationAt(0.5),
      p95: durationAt(0.95),
      p99: durationAt(0.99),
      max: maxMs,
    },
    billedMsPerInvocation,
    gbSecondsPerInvocation: gbSeconds(memoryMb, billedMsPerInvocation),
  }
}
