/** Weight of the newest invocation in the mean; and in the least, where it took longer than that. */
const MEAN_WEIGHT = 0.2
const LEAST_WEIGHT = 0.02
/** One long run makes no long function: a run counts as at most so many times the least, or this. */
const LEAST_TIMES_MAX = 5
const LEAST_MS_MIN = 0.1

/** What the last invocations of one function version took, in milliseconds; undefined before the first. */
export class RunTimes {
  #meanMs: number | undefined
  #leastMs: number | undefined

  /** On average, on a host as busy as it is. */
  get meanMs(): number | undefined {
    return this.#meanMs
  }

  /** Undisturbed: as the shortest of the last ones, since on busy cores the others waited for a core. */
  get leastMs(): number | undefined {
    return this.#leastMs
  }

  add(ms: number): void {
    this.#meanMs = towards(this.#meanMs, ms, MEAN_WEIGHT)
    const least = this.#leastMs
    if (least === undefined || ms < least) this.#leastMs = ms
    else {
      const counted = Math.min(ms, LEAST_TIMES_MAX * Math.max(least, LEAST_MS_MIN))
      this.#leastMs = towards(least, counted, LEAST_WEIGHT)
    }
  }
}

function towards(before: number | undefined, ms: number, weight: number): number {
  return before === undefined ? ms : before + weight * (ms - before)
}
