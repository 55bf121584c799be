import type { Driver } from './driver.ts'

/**
 * From the kernel's end of a process until it is seen here, at most: its memory is freed first, and
 * this process may be busy. The engine tells of a raise no sooner than it is in force.
 */
const END_SEEN_MS = 250

/** A sandbox's memory limit on its way from a generic one's to its function's. */
export class MemoryLimit {
  /** Not known to be raised. */
  isPending = false
  /** It could not be raised: the sandbox may end the invocation that it runs, and no more. */
  hasFailed = false
  #raisedAt = Number.NEGATIVE_INFINITY

  /**
   * Whether a sandbox whose end is seen now may still have had the generic one's: running out of that
   * is the platform's fault, not the function's.
   */
  get mayHaveBeenGeneric(): boolean {
    return this.isPending || performance.now() - this.#raisedAt < END_SEEN_MS
  }

  /** Gives back what it is then; it is never lowered. */
  raise(driver: Driver, of: { id: string; memoryMb: number }, memoryMb: number): number {
    if (memoryMb <= of.memoryMb) return of.memoryMb
    this.isPending = true
    driver.update(of.id, memoryMb).then(
      () => {
        this.isPending = false
        this.#raisedAt = performance.now()
      },
      () => {
        this.hasFailed = true
      },
    )
    return memoryMb
  }
}
