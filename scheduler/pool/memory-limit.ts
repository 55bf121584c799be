import type { Driver } from './driver.ts'

/** A sandbox's memory limit on its way from a generic one's to its function's. */
export class MemoryLimit {
  /** Still the generic one: running out of it is the platform's fault, not the function's. */
  isPending = false
  /** It could not be raised: the sandbox may end the invocation that it runs, and no more. */
  hasFailed = false

  /** Gives back what it is then; it is never lowered. */
  raise(driver: Driver, of: { id: string; memoryMb: number }, memoryMb: number): number {
    if (memoryMb <= of.memoryMb) return of.memoryMb
    this.isPending = true
    driver.update(of.id, memoryMb).then(
      () => {
        this.isPending = false
      },
      () => {
        this.hasFailed = true
      },
    )
    return memoryMb
  }
}
