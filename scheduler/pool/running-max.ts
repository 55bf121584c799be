/** An invocation that takes no longer, undisturbed, is short. */
export const SHORT_MS_MAX = 10
/** And so short that a few sandboxes do all that a host can take, whether or not its cores are busy. */
const VERY_SHORT_MS_MAX = 2
/** Sandboxes of a short function that run at once for each core; more only push each other out of its caches. */
const RUNNING_PER_CORE = 4
/**
 * One that takes longer waits for something else than a core, and is in nobody's way. On busy cores a
 * short one may starve for a while: if it did not count, ever more would take the cores from each other.
 */
const BRIEF_MS_MAX = { free: SHORT_MS_MAX, busy: 100 }

export interface Cores {
  /** One is free. */
  any: boolean
  /** 0 where it is not known. */
  count: number
}

/**
 * How many sandboxes of one function version may be briefly busy at once. More of a short function
 * would end none of its invocations sooner: the next one goes to the first that is free.
 */
export function runningMax(leastMs: number | undefined, cores: Cores): number {
  if (cores.count === 0 || leastMs === undefined) return Number.POSITIVE_INFINITY
  const capped = cores.any ? VERY_SHORT_MS_MAX : SHORT_MS_MAX
  return leastMs > capped ? Number.POSITIVE_INFINITY : RUNNING_PER_CORE * cores.count
}

/** A sandbox is briefly busy for so long. */
export function briefMsMax({ any }: Pick<Cores, 'any'>): number {
  return any ? BRIEF_MS_MAX.free : BRIEF_MS_MAX.busy
}
