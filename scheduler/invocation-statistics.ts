import type { FunctionDefinition } from '../core/functions/function.ts'
import { type EndedInvocation, InvocationTally } from '../core/invocations/invocation-tally.ts'
import type { Series, StatisticsStore } from '../core/invocations/statistics-store.ts'
import type { Logger } from '../core/logs/logger.ts'
import { waitAtMost } from './deadline.ts'
import type { InvocationRecorder } from './pool/invocation-recorder.ts'

const FLUSH_MS = 5000
/** Functions whose counts wait to be written; the least recently used are forgotten past that. */
const FUNCTIONS_MAX = 2000
/** Of each, versions and memory sizes; more at once are not counted. */
const SERIES_MAX = 32
/** Written at the same time. */
const WRITES_MAX = 20
const CLOSE_MS = 1500

/** What has been counted of one function since it was written. */
interface Counted {
  series: Series[]
  /** Number of the invocation that ended last. */
  usedAt: number
}

/**
 * Counts what has ended, in memory, and adds it to the stored statistics every few seconds, all at
 * once. While Redis is away it waits; the last seconds before a kill are lost.
 */
export class InvocationStatistics implements InvocationRecorder {
  readonly #store: StatisticsStore
  readonly #log: Logger
  /** By function. */
  #counted = new Map<string, Counted>()
  #ended = 0
  #timer: NodeJS.Timeout | undefined
  #flushing: Promise<void> | undefined

  constructor(store: StatisticsStore, log: Logger) {
    this.#store = store
    this.#log = log
  }

  ended(definition: FunctionDefinition, invocation: EndedInvocation): void {
    this.#ended += 1
    const counted = this.#counted.get(definition.name) ?? this.#begin(definition.name)
    counted.usedAt = this.#ended
    tallyOf(counted, definition)?.add(invocation)
    this.#timer ??= setTimeout(() => this.#flushLater(), FLUSH_MS).unref()
  }

  /** Of a function that is gone; what ends of it later is dropped when it is to be written. */
  forget(functionName: string): void {
    this.#counted.delete(functionName)
  }

  /** Writes what is left, unless Redis takes nothing. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    await waitAtMost(CLOSE_MS, this.#flush())
  }

  #begin(functionName: string): Counted {
    if (this.#counted.size >= FUNCTIONS_MAX) this.#forgetOne()
    const counted: Counted = { series: [], usedAt: 0 }
    this.#counted.set(functionName, counted)
    return counted
  }

  /** The one used least recently. Only while Redis is away are there so many that one must go. */
  #forgetOne(): void {
    let oldest: [name: string, usedAt: number] = ['', Number.POSITIVE_INFINITY]
    for (const [name, { usedAt }] of this.#counted) {
      if (usedAt < oldest[1]) oldest = [name, usedAt]
    }
    this.#counted.delete(oldest[0])
  }

  #flushLater(): void {
    this.#timer = undefined
    void this.#flush()
  }

  async #flush(): Promise<void> {
    await this.#flushing
    this.#flushing = this.#write().finally(() => {
      this.#flushing = undefined
    })
    await this.#flushing
  }

  async #write(): Promise<void> {
    const counted = [...this.#counted]
    this.#counted = new Map()
    while (counted.length > 0) {
      const batch = counted.splice(0, WRITES_MAX)
      const writes = batch.map(([name, { series }]) => this.#store.add(name, series))
      const ends = await Promise.allSettled(writes)
      const failed = batch.filter((_one, index) => ends[index]?.status === 'rejected')
      if (failed.length === 0) continue
      const [end] = ends.filter(({ status }) => status === 'rejected')
      const err = (end as PromiseRejectedResult).reason
      this.#log.debug({ err }, 'Statistics of invocations could not be written; they wait')
      this.#putBack([...failed, ...counted])
      return
    }
  }

  /** Where there is no room, what was counted meanwhile stays: it is of functions used more recently. */
  #putBack(older: readonly [string, Counted][]): void {
    for (const [name, before] of older) {
      const counted = this.#counted.get(name)
      if (counted) for (const one of before.series) tallyOf(counted, one)?.merge(one.tally)
      else if (this.#counted.size < FUNCTIONS_MAX) this.#counted.set(name, before)
    }
    this.#timer ??= setTimeout(() => this.#flushLater(), FLUSH_MS).unref()
  }
}

/** Undefined where there are too many already. */
function tallyOf(
  { series }: Counted,
  { version, memoryMb }: Pick<Series, 'version' | 'memoryMb'>,
): InvocationTally | undefined {
  for (const one of series) {
    if (one.memoryMb === memoryMb && one.version === version) return one.tally
  }
  if (series.length >= SERIES_MAX) return undefined
  const tally = new InvocationTally()
  series.push({ version, memoryMb, tally })
  return tally
}
