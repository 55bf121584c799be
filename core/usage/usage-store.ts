import { keys } from '../keys.ts'
import { loadScripts, type RunScript, type ScriptArgument } from '../lua.ts'
import { type BatchId, WRITER_MS } from '../redis/batch-id.ts'
import { askRedis, type Redis } from '../redis/redis.ts'
import { HOUR_MS, USAGE_NUMBERS, Usage } from './usage.ts'

const DAY_HOURS = 24
/** Past its day: this month and the one before can be told at any time. */
export const USAGE_KEPT_DAYS = 62
/** Functions that a day may have; what others have used is one sum. */
const FUNCTIONS_MAX = 10_000
/** Stands for all past that bound; no function can be named so. */
export const OTHERS = '*'
/** Functions that are read at once. */
const CHUNK = 50

/** What one function has used in one hour, that many since 1970. */
export interface HourOfUsage {
  functionName: string
  hour: number
  usage: Usage
}

/** Of one function, its hours ascending; those in which it was not called are left out. */
export interface FunctionUsage {
  functionName: string
  hours: Omit<HourOfUsage, 'functionName'>[]
}

/** In which days, since 1970, there may be something of a function. */
interface DaysOfUse {
  functionName: string
  days: number[]
}

export interface UsagePage {
  functions: FunctionUsage[]
  /** Name of the last function, where there are more. */
  cursor?: string
}

export interface UsageRange {
  /** Since 1970: the first hour, and the one after the last. */
  fromHour: number
  toHour: number
}

/**
 * What functions have used, by the hour: one hash a function and day, a field an hour, and the names of
 * each day in order. Schedulers add to it. It outlives its function: what was used stays used.
 */
export class UsageStore {
  readonly #redis: Redis
  readonly #run: RunScript

  constructor(redis: Redis) {
    this.#redis = redis
    this.#run = loadScripts(redis)
  }

  /** Adds to what there is, once for each batch. Rejects with RedisUnavailable; send the same batch again then. */
  async add({ writer, number }: BatchId, hours: readonly HourOfUsage[]): Promise<void> {
    const keptMs = USAGE_KEPT_DAYS * DAY_HOURS * HOUR_MS
    const args: ScriptArgument[] = [writer, number, WRITER_MS, keptMs, FUNCTIONS_MAX]
    args.push(USAGE_NUMBERS.length)
    for (const { functionName, hour, usage } of hours) {
      args.push(functionName, hour, ...USAGE_NUMBERS.map((name) => usage[name]))
    }
    await this.#run('usage-add', args)
  }

  async readFunction(functionName: string, range: UsageRange): Promise<FunctionUsage> {
    return { functionName, hours: await this.#read({ functionName, days: daysOf(range) }, range) }
  }

  /**
   * By name, those after `after`: at most `limit` functions that have used anything, and no more of them
   * once `hoursMax` hours are reached.
   */
  async list(
    range: UsageRange,
    { limit, after, hoursMax }: { limit: number; after?: string | undefined; hoursMax: number },
  ): Promise<UsagePage> {
    const used = await this.#used(range, limit + 1, after)
    const functions: FunctionUsage[] = []
    let hours = 0
    let read = 0
    while (read < Math.min(used.length, limit) && hours < hoursMax) {
      const chunk = used.slice(read, Math.min(read + CHUNK, limit))
      const found = await Promise.all(chunk.map((one) => this.#read(one, range)))
      for (const [at, { functionName }] of chunk.entries()) {
        const ofIt = found[at] ?? []
        hours += ofIt.length
        if (ofIt.length > 0) functions.push({ functionName, hours: ofIt })
      }
      read += chunk.length
    }
    const last = used[read - 1]
    return read < used.length && last ? { functions, cursor: last.functionName } : { functions }
  }

  /** The first `count` functions after `after` with any use in the days of the range, by name. */
  async #used(range: UsageRange, count: number, after: string | undefined): Promise<DaysOfUse[]> {
    const from = after === undefined ? '-' : `(${after}`
    const daysByName = new Map<string, number[]>()
    await askRedis(() =>
      Promise.all(
        daysOf(range).map(async (day) => {
          const key = keys.usageFunctions(day)
          for (const name of await this.#redis.zrangebylex(key, from, '+', 'LIMIT', 0, count)) {
            daysByName.set(name, [...(daysByName.get(name) ?? []), day])
          }
        }),
      ),
    )
    // As Redis has them, by their bytes: names are ASCII. Of these, each day has told all.
    return Array.from(daysByName, ([functionName, days]) => ({ functionName, days }))
      .sort((one, other) => (one.functionName < other.functionName ? -1 : 1))
      .slice(0, count)
  }

  /** Ascending. */
  async #read(
    { functionName, days }: DaysOfUse,
    range: UsageRange,
  ): Promise<FunctionUsage['hours']> {
    const fields = await askRedis(() =>
      Promise.all(days.map((day) => this.#redis.hgetall(keys.usage(`${day}:${functionName}`)))),
    )
    return fields
      .flatMap((ofDay) => hoursOf(ofDay, range))
      .sort((one, other) => one.hour - other.hour)
  }
}

function daysOf({ fromHour, toHour }: UsageRange): number[] {
  const first = Math.floor(fromHour / DAY_HOURS)
  const last = Math.floor((toHour - 1) / DAY_HOURS)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => first + n)
}

function hoursOf(fields: Record<string, string>, range: UsageRange): FunctionUsage['hours'] {
  return Object.entries(fields)
    .map(([hour, text]) => ({ hour: Number(hour), usage: usageOf(text) }))
    .filter(({ hour }) => hour >= range.fromHour && hour < range.toHour)
}

function usageOf(text: string): Usage {
  const usage = new Usage()
  const numbers = text.split(' ')
  for (const [index, name] of USAGE_NUMBERS.entries()) usage[name] = Number(numbers[index])
  return usage
}
