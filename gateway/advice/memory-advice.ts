import type { SizeStatistics } from './size-statistics.ts'

/** Fewer invocations than this say too little to go by. */
export const INVOCATIONS_MIN = 100
/** Lambda's sizes: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MEMORY_MB_MIN = 128
export const MEMORY_MB_MAX = 10_240
/** Lambda takes every megabyte between; advice is in steps that people use. */
const STEP_MB = 64
/** On top of what was used: tomorrow's event may be larger than any that was seen. */
export const HEADROOM = 1.2
/** A size that ran out of memory has not shown how much is needed. */
const AFTER_OUT_OF_MEMORY = 2

/** Of the sizes that were seen often enough, and have room for what was used. */
export interface SizeComparison {
  /** Fewest GB-seconds an invocation. */
  cheapestMemoryMb: number
  /** Shortest mean duration. */
  fastestMemoryMb: number
}

export interface MemoryAdvice {
  memoryMb: number
  reason: string
  /** Where at least two sizes were seen. */
  comparison?: SizeComparison
}

/**
 * The memory that a function should have, by what was seen of it: never below what was used, in any size,
 * and above each size that was not enough. Undefined where too little was seen.
 *
 * The CPU share grows with the memory, so that less memory may take longer and cost more: where several
 * sizes were seen, the cheapest of them is advised, or less than the smallest where that was the cheapest.
 */
export function adviseMemory(sizes: readonly SizeStatistics[]): MemoryAdvice | undefined {
  const known = sizes.filter(({ invocations }) => invocations >= INVOCATIONS_MIN)
  const used = usedAtMost(sizes)
  if (known.length === 0 || used === undefined) return undefined
  const needed = neededMb(sizes)
  const fitting = known.filter(({ memoryMb }) => memoryMb >= needed)
  const [smallest, ...others] = fitting
  if (!smallest || others.length === 0) return { memoryMb: needed, reason: byUse(sizes) }
  const cheapest = least(fitting, (size) => size.gbSecondsPerInvocation)
  const fastest = least(fitting, (size) => size.durationMs.mean)
  const comparison = {
    cheapestMemoryMb: cheapest.memoryMb,
    fastestMemoryMb: fastest.memoryMb,
  }
  if (cheapest === smallest && needed < smallest.memoryMb) {
    const reason = `${byUse(sizes)}; of ${listed(fitting)} that were seen, the smallest was the cheapest`
    return { memoryMb: needed, reason, comparison }
  }
  const reason = `Of ${listed(fitting)} that were seen, an invocation took the fewest GB-seconds with it`
  return { memoryMb: cheapest.memoryMb, reason, comparison }
}

/** The most that was used, with headroom, in a size that Lambda has. */
export function neededMb(sizes: readonly SizeStatistics[]): number {
  const withHeadroom = (usedAtMost(sizes) ?? 0) * HEADROOM
  const notEnough = tooSmall(sizes) ?? 0
  const wanted = Math.max(withHeadroom, notEnough * AFTER_OUT_OF_MEMORY, MEMORY_MB_MIN)
  return Math.min(MEMORY_MB_MAX, Math.ceil(wanted / STEP_MB) * STEP_MB)
}

export function usedAtMost(sizes: readonly SizeStatistics[]): number | undefined {
  const used = sizes.flatMap(({ usedMemoryMb }) => (usedMemoryMb ? [usedMemoryMb.max] : []))
  return used.length > 0 ? Math.max(...used) : undefined
}

/** The largest size in which the memory was not enough. */
function tooSmall(sizes: readonly SizeStatistics[]): number | undefined {
  return sizes.findLast(({ outOfMemory }) => outOfMemory > 0)?.memoryMb
}

function byUse(sizes: readonly SizeStatistics[]): string {
  const notEnough = tooSmall(sizes)
  if (notEnough !== undefined && notEnough * AFTER_OUT_OF_MEMORY >= neededMb(sizes)) {
    return `${notEnough} MB were not enough, so twice as much is worth a try`
  }
  return `At most ${usedAtMost(sizes)} MB were used, and a fifth is left free on top`
}

function listed(sizes: readonly SizeStatistics[]): string {
  return `${sizes.map(({ memoryMb }) => memoryMb).join(', ')} MB`
}

function least(
  [first, ...others]: readonly SizeStatistics[],
  by: (size: SizeStatistics) => number,
): SizeStatistics {
  return others.reduce((best, one) => (by(one) < by(best) ? one : best), first as SizeStatistics)
}
