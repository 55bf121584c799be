import type { FunctionDefinition } from '../core/functions/function.ts'
import type { EndedInvocation } from '../core/invocations/invocation-tally.ts'
import type { Logger } from '../core/logs/logger.ts'
import { hourOf, Usage } from '../core/usage/usage.ts'
import { type HourOfUsage, OTHERS, type UsageStore } from '../core/usage/usage-store.ts'
import { Batches } from './batches.ts'
import { type InvocationRecorder, isThrottle } from './pool/invocation-recorder.ts'

/** Hours of functions that wait to be written; what others use past that is one sum for each hour. */
const HOURS_MAX = 20_000
/** Written at the same time. */
const BATCH = 200

/**
 * Adds up what each function uses in each hour, in memory, and adds that to the stored usage every few
 * seconds. It belongs to the hour in which an invocation has ended.
 */
export class UsageMeter implements InvocationRecorder {
  readonly #batches: Batches<HourOfUsage[]>
  readonly #now: () => number
  /** By function, of the hour in which each was used last. */
  #current = new Map<string, HourOfUsage>()
  /** Hours that were over before they could be written. */
  #past: HourOfUsage[] = []

  /** `now` in milliseconds since 1970. */
  constructor(store: UsageStore, log: Logger, now: () => number = Date.now) {
    this.#now = now
    this.#batches = new Batches({
      what: 'Usage of functions',
      log,
      take: () => this.#take(),
      write: (id, batch) => store.add(id, batch),
    })
  }

  ended({ name, memoryMb }: FunctionDefinition, invocation: EndedInvocation): void {
    this.#usageOf(name).add(invocation, memoryMb)
    this.#batches.soon()
  }

  refused({ name }: FunctionDefinition, error: Error): void {
    if (!isThrottle(error)) return
    this.#usageOf(name).throttles += 1
    this.#batches.soon()
  }

  /** Writes what is left, unless Redis takes nothing. */
  close(): Promise<void> {
    return this.#batches.close()
  }

  #usageOf(functionName: string): Usage {
    const hour = hourOf(this.#now())
    const known = this.#current.get(functionName)
    return known?.hour === hour ? known.usage : this.#begin(functionName, hour)
  }

  #begin(wanted: string, hour: number): Usage {
    const isFull = this.#current.size + this.#past.length >= HOURS_MAX
    const functionName = isFull ? OTHERS : wanted
    const before = this.#current.get(functionName)
    if (before?.hour === hour) return before.usage
    if (before) this.#past.push(before)
    const begun = { functionName, hour, usage: new Usage() }
    this.#current.set(functionName, begun)
    return begun.usage
  }

  #take(): HourOfUsage[][] {
    const all = [...this.#past, ...this.#current.values()]
    this.#past = []
    this.#current = new Map()
    const batches: HourOfUsage[][] = []
    while (all.length > 0) batches.push(all.splice(0, BATCH))
    return batches
  }
}
