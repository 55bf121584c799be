import { bucketOf, DURATION_SCALE, MEMORY_SCALE } from './log-scale.ts'
import type { StartKind } from './timings.ts'

/** One invocation that a sandbox has ended, or that found its function could not be loaded. */
export interface EndedInvocation {
  /** Until the answer. */
  durationMs: number
  /** What the runtime has seen of its process at most; undefined where the sandbox did not live to say. */
  maxMemoryMb: number | undefined
  /** Of the invocation that its sandbox was made for: a cold start. */
  initMs: number | undefined
  errorType: string | undefined
  timedOut: boolean
  /** In a sandbox that was kept ready. */
  isProvisioned: boolean | undefined
  /** How its sandbox was had. */
  start: StartKind
}

/** What is added up; `billedMs` as Lambda bills, each duration rounded up, and init left out. */
export const SUMS = [
  'invocations',
  'coldStarts',
  'errors',
  'timeouts',
  'outOfMemory',
  'provisioned',
  'durationUs',
  'billedMs',
] as const
export const MAXIMA = ['maxDurationUs', 'maxMemoryMb'] as const

type Numbers = Record<(typeof SUMS)[number] | (typeof MAXIMA)[number], number>

/** The counts of invocations of one function version with one memory size. */
export class InvocationTally implements Numbers {
  invocations = 0
  coldStarts = 0
  errors = 0
  timeouts = 0
  outOfMemory = 0
  /** Invocations in sandboxes that were kept ready. */
  provisioned = 0
  durationUs = 0
  billedMs = 0
  maxDurationUs = 0
  maxMemoryMb = 0
  /** By buckets of DURATION_SCALE and MEMORY_SCALE; fewer have told their memory than have ended. */
  readonly durations = new Float64Array(DURATION_SCALE.buckets)
  readonly memory = new Float64Array(MEMORY_SCALE.buckets)

  /** On the way of each invocation: it allocates nothing, and costs less than a microsecond. */
  add(ended: EndedInvocation): void {
    const { durationMs, maxMemoryMb, errorType } = ended
    const durationUs = Math.round(durationMs * 1000)
    this.invocations += 1
    if (ended.initMs !== undefined) this.coldStarts += 1
    if (ended.isProvisioned) this.provisioned += 1
    if (errorType !== undefined) this.#failed(errorType, ended.timedOut)
    this.durationUs += durationUs
    this.billedMs += Math.ceil(durationMs)
    if (durationUs > this.maxDurationUs) this.maxDurationUs = durationUs
    count(this.durations, bucketOf(DURATION_SCALE, durationMs))
    if (maxMemoryMb === undefined) return
    const memoryMb = Math.ceil(maxMemoryMb)
    if (memoryMb > this.maxMemoryMb) this.maxMemoryMb = memoryMb
    count(this.memory, bucketOf(MEMORY_SCALE, memoryMb))
  }

  merge(other: InvocationTally): void {
    for (const name of SUMS) this[name] += other[name]
    for (const name of MAXIMA) this[name] = Math.max(this[name], other[name])
    for (const [bucket, more] of other.durations.entries()) count(this.durations, bucket, more)
    for (const [bucket, more] of other.memory.entries()) count(this.memory, bucket, more)
  }

  #failed(errorType: string, timedOut: boolean): void {
    this.errors += 1
    if (timedOut) this.timeouts += 1
    if (errorType === 'Runtime.OutOfMemory') this.outOfMemory += 1
  }
}

function count(buckets: Float64Array, bucket: number, more = 1): void {
  buckets[bucket] = (buckets[bucket] ?? 0) + more
}
