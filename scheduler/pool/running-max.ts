/** An invocation that takes no longer, undisturbed, is short. */
export const SHORT_MS_MAX = 10
/** Sandboxes of a short function that run at once for each busy core; more only push each other out of its caches. */
const RUNNING_PER_CORE = 4
/**
 * So long the invocation of a short function may take on busy cores; one that takes longer waits for
 * something else, and is in nobody's way.
 */
export const BRIEF_MS_MAX = RUNNING_PER_CORE * SHORT_MS_MAX

/**
 * How many sandboxes of one function version may be briefly busy at once. On busy cores, more of a
 * short function would end none of its invocations sooner: the next one goes to the first that is
 * free. `cores.count` is 0 where it is not known.
 */
export function runningMax(
  leastMs: number | undefined,
  cores: { any: boolean; count: number },
): number {
  if (cores.any || cores.count === 0) return Number.POSITIVE_INFINITY
  if (leastMs === undefined || leastMs > SHORT_MS_MAX) return Number.POSITIVE_INFINITY
  return RUNNING_PER_CORE * cores.count
}
