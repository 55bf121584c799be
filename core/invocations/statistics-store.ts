import { keys } from '../keys.ts'
import { loadScripts, type RunScript, type ScriptArgument } from '../lua.ts'
import { type BatchId, WRITER_MS } from '../redis/batch-id.ts'
import { askRedis, type Redis } from '../redis/redis.ts'
import { InvocationTally, MAXIMA, SUMS } from './invocation-tally.ts'

/** Counts are kept by periods, this one and the one before, so that what has changed since is forgotten. */
export const PERIOD_MS = 14 * 24 * 3600_000
/** Of one function: versions and memory sizes, in each period; the least recently used leave first. */
const SERIES_MAX = 32

/** What was seen of one version with one memory size. */
export interface Series {
  version: string
  memoryMb: number
  tally: InvocationTally
}

/** All of one function that is to be added. */
export interface FunctionSeries {
  functionName: string
  series: readonly Series[]
}

/** The same as it is kept, for one period. */
export interface StoredSeries extends Series {
  /** When the first of them was counted, and the last. */
  since: Date
  until: Date
}

/**
 * Statistics of invocations: one hash a function, a field for each number of each series, which schedulers
 * add to. It goes with its function.
 */
export class StatisticsStore {
  readonly #redis: Redis
  readonly #run: RunScript

  constructor(redis: Redis) {
    this.#redis = redis
    this.#run = loadScripts(redis)
  }

  /**
   * Adds to what there is, once for each batch; of a function that is gone nothing. Rejects with
   * RedisUnavailable; send the same batch again then.
   */
  async add({ writer, number }: BatchId, batch: readonly FunctionSeries[]): Promise<void> {
    const args: ScriptArgument[] = [writer, number, WRITER_MS, PERIOD_MS, SERIES_MAX]
    for (const { functionName, series } of batch) {
      for (const { version, memoryMb, tally } of series) {
        const fields = fieldsOf(tally)
        args.push(functionName, `${version}:${memoryMb}`, fields.length, ...fields.flat())
      }
    }
    await this.#run('statistics-add', args)
  }

  /** In no order. */
  async read(functionName: string): Promise<StoredSeries[]> {
    const fields = await askRedis(() => this.#redis.hgetall(keys.statistics(functionName)))
    const first = Math.floor(Date.now() / PERIOD_MS) - 1
    const found = new Map<string, StoredSeries>()
    for (const [field, text] of Object.entries(fields)) {
      const [period, version = '', memoryMb, name = ''] = field.split(':')
      if (Number(period) < first) continue
      const key = `${period}:${version}:${memoryMb}`
      const series = found.get(key) ?? emptySeries(version, Number(memoryMb))
      found.set(key, series)
      read(series, name, Number(text))
    }
    return [...found.values()]
  }
}

/** Names and numbers, without those that are 0. */
function fieldsOf(tally: InvocationTally): [name: string, value: number][] {
  const fields: [string, number][] = []
  for (const name of SUMS) fields.push([name, tally[name]])
  for (const name of MAXIMA) fields.push([name, tally[name]])
  for (const [bucket, value] of tally.durations.entries()) fields.push([`d${bucket}`, value])
  for (const [bucket, value] of tally.memory.entries()) fields.push([`m${bucket}`, value])
  return fields.filter(([, value]) => value > 0)
}

function emptySeries(version: string, memoryMb: number): StoredSeries {
  const [since, until] = [new Date(0), new Date(0)]
  return { version, memoryMb, tally: new InvocationTally(), since, until }
}

function read(series: StoredSeries, name: string, value: number): void {
  const { tally } = series
  const [, kind, bucket] = /^([dm])(\d+)$/.exec(name) ?? []
  if (kind === 'd') tally.durations[Number(bucket)] = value
  else if (kind === 'm') tally.memory[Number(bucket)] = value
  else if (name === 'since' || name === 'until') series[name] = new Date(value)
  else {
    const known = [...SUMS, ...MAXIMA].find((one) => one === name)
    if (known) tally[known] = value
  }
}
