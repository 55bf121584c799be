/** A figure and how far it moved from one round to the next: its lowest and its highest. */
export interface Spread {
  value: number
  spread: [number, number]
}

export function percentile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Of an even number it is the mean of the two in the middle: of two rounds neither counts alone. */
export function medianOf(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2
}

/** What was measured a single time. */
export const once = (value: number): Spread => ({ value, spread: [value, value] })

/** The median of the rounds. */
export function overRounds(values: number[]): Spread {
  return { value: medianOf(values), spread: [Math.min(...values), Math.max(...values)] }
}

const PARTS = 5

/** A percentile of all samples; its spread is that of the same in five parts, in the order they were taken. */
export function ofSamples(samples: number[], share: number): Spread {
  const size = Math.ceil(samples.length / PARTS)
  const parts: number[] = []
  for (let from = 0; from < samples.length; from += size) {
    parts.push(at(samples.slice(from, from + size), share))
  }
  return { value: at(samples, share), spread: [Math.min(...parts), Math.max(...parts)] }
}

const at = (samples: number[], share: number) =>
  percentile(
    samples.toSorted((a, b) => a - b),
    share,
  )

/** The same figure in another unit, or as a share of what it is held against. */
export function over({ value, spread: [low, high] }: Spread, divisor: number): Spread {
  return { value: value / divisor, spread: [low / divisor, high / divisor] }
}
