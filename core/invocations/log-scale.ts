/**
 * Buckets whose bounds grow by the same factor each, so that few of them tell a value to within some
 * percent whatever its size. The first holds all up to `least`, the last all above the one before.
 */
export interface LogScale {
  least: number
  bucketsPerDoubling: number
  buckets: number
}

/** Milliseconds, up to 35 minutes: each bound is a fifth above the one before. */
export const DURATION_SCALE: LogScale = { least: 0.125, bucketsPerDoubling: 4, buckets: 97 }
/** Megabytes, up to 16 GB: each bound is a tenth above the one before. */
export const MEMORY_SCALE: LogScale = { least: 16, bucketsPerDoubling: 8, buckets: 81 }

export function bucketOf({ least, bucketsPerDoubling, buckets }: LogScale, value: number): number {
  if (!(value > least)) return 0
  return Math.min(buckets - 1, Math.ceil(Math.log2(value / least) * bucketsPerDoubling))
}

/** The largest value that a bucket holds. */
export function boundOf({ least, bucketsPerDoubling }: LogScale, bucket: number): number {
  return least * 2 ** (bucket / bucketsPerDoubling)
}

/** The bound below which this share of what was counted lies, rounded up to its bucket; 0 where nothing was. */
export function quantile(scale: LogScale, counts: ArrayLike<number>, share: number): number {
  let total = 0
  for (let bucket = 0; bucket < counts.length; bucket += 1) total += counts[bucket] ?? 0
  if (total === 0) return 0
  let seen = 0
  for (let bucket = 0; bucket < counts.length; bucket += 1) {
    seen += counts[bucket] ?? 0
    if (seen >= share * total) return boundOf(scale, bucket)
  }
  return boundOf(scale, counts.length - 1)
}
