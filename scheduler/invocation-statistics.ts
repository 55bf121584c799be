import type { FunctionDefinition } from '../core/functions/function.ts'
import { type EndedInvocation, InvocationTally } from '../core/invocations/invocation-tally.ts'
import type {
  FunctionSeries,
  Series,
  StatisticsStore,
} from '../core/invocations/statistics-store.ts'
import type { Logger } from '../core/logs/logger.ts'
import { Batches } from './batches.ts'
import type { InvocationRecorder } from './pool/invocation-recorder.ts'

/** Functions whose counts wait to be written; the least recently used are forgotten past that. */
const FUNCTIONS_MAX = 2000
/** Of each, versions and memory sizes; more at once are not counted. */
const SERIES_MAX = 32
/** Written at the same time. */
const BATCH = 20

/** What has been counted of one function since it was written. */
interface Counted {
  series: Series[]
  /** Number of the invocation that ended last. */
  usedAt: number
}

/**
 * Counts what has ended, in memory, and adds it to the stored statistics every few seconds, all at
 * once. What was refused tells nothing of memory and time.
 */
export class InvocationStatistics implements InvocationRecorder {
  readonly #batches: Batches<FunctionSeries[]>
  /** By function. */
  #counted = new Map<string, Counted>()
  #ended = 0

  constructor(store: StatisticsStore, log: Logger) {
    this.#batches = new Batches({
      what: 'Statistics of invocations',
      log,
      take: () => this.#take(),
      write: (id, batch) => store.add(id, batch),
    })
  }

  ended(definition: FunctionDefinition, invocation: EndedInvocation): void {
    this.#ended += 1
    const counted = this.#counted.get(definition.name) ?? this.#begin(definition.name)
    counted.usedAt = this.#ended
    tallyOf(counted, definition)?.add(invocation)
    this.#batches.soon()
  }

  /** Of a function that is gone; what ends of it later is dropped when it is to be written. */
  forget(functionName: string): void {
    this.#counted.delete(functionName)
  }

  /** Writes what is left, unless Redis takes nothing. */
  close(): Promise<void> {
    return this.#batches.close()
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

  #take(): FunctionSeries[][] {
    const all = Array.from(this.#counted, ([functionName, { series }]) => ({
      functionName,
      series,
    }))
    this.#counted = new Map()
    const batches: FunctionSeries[][] = []
    while (all.length > 0) batches.push(all.splice(0, BATCH))
    return batches
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
