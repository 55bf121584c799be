import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { HearthError } from '../errors.ts'
import type { FunctionStore } from '../functions/function-store.ts'
import { exists } from '../invocations/accept-object.ts'
import type { RecordHash } from '../redis/record-hash.ts'
import type { Redis } from '../redis/redis.ts'
import { isOver } from './schedule-expression.ts'
import type { OwnFields, Trigger, TriggerInput } from './trigger.ts'
import type { TriggerStore } from './trigger-store.ts'

/** How often triggers are set again because their record was changed meanwhile. */
const SETTLE_ROUNDS_MAX = 10

/** A trigger that a record asks for. Its id is made of what makes it one, so that it is never there twice. */
export interface WantedTrigger {
  functionName: string
  fields: TriggerInput
  own: OwnFields
}

/** What stores of rules and schedules are made of. */
export interface TriggerParts {
  redis: Redis
  triggers: TriggerStore
  functions: FunctionStore
}

interface Options<T> extends Omit<TriggerParts, 'redis'> {
  records: RecordHash<T>
  wanted(record: T): WantedTrigger[]
}

/** The id of a trigger that is known by these parts. */
export function triggerId(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32)
}

/**
 * Rules and schedules as AWS has them, and the triggers that are in force for them. The record is
 * the truth: each change of it takes away the triggers that it does not ask for any more, and adds
 * those that are missing.
 */
export class RecordedTriggers<T> {
  readonly #options: Options<T>

  constructor(options: Options<T>) {
    this.#options = options
  }

  read(name: string): Promise<T | undefined> {
    return this.#options.records.read(name)
  }

  list(): Promise<T[]> {
    return this.#options.records.list()
  }

  /**
   * Changes a record as RecordHash does; resolves when its triggers are in force. Where one cannot be,
   * the record is again what it was. Throws what `make` throws, HashFull, HashContended,
   * InvalidRequest where there are too many triggers, RedisUnavailable.
   */
  async change(
    name: string,
    make: (current: T | undefined) => T | undefined | Promise<T | undefined>,
  ): Promise<T | undefined> {
    // What ends goes before the record does: a change that was broken off can be repeated then.
    const { before, after } = await this.#options.records.change(name, async (current) => {
      const next = await make(current)
      await this.#endAll([current], next)
      return next
    })
    try {
      await this.#settle(name, [before, after])
    } catch (error) {
      if (error instanceof HearthError && error.code === 'InvalidRequest') {
        const undo = (now: T | undefined) => (isDeepStrictEqual(now, after) ? before : now)
        await this.#options.records.change(name, undo)
        await this.#settle(name, [before, after])
      }
      throw error
    }
    return after
  }

  /** Brings into force what waited for a function that has just been made. */
  async functionMade(functionName: string): Promise<void> {
    for (const record of await this.list()) {
      for (const wanted of this.#options.wanted(record)) {
        if (wanted.functionName === functionName) await this.#ensure(wanted)
      }
    }
  }

  /**
   * Ends what the record does not ask for of the triggers of `known` states of it, and adds what it
   * asks for. Looks again after that: whoever settles last has seen every change.
   */
  async #settle(name: string, known: (T | undefined)[]): Promise<void> {
    let now = await this.read(name)
    for (let round = 0; round < SETTLE_ROUNDS_MAX; round += 1) {
      await this.#endAll(known, now)
      for (const wanted of this.#wantedOf(now)) await this.#ensure(wanted)
      const later = await this.read(name)
      if (isDeepStrictEqual(later, now)) return
      known.push(now)
      now = later
    }
  }

  /** Ends the triggers of these states of a record that `next` does not ask for. */
  async #endAll(states: readonly (T | undefined)[], next: T | undefined): Promise<void> {
    const kept = new Set(this.#wantedOf(next).map(({ own }) => own.id))
    for (const { functionName, own } of states.flatMap((one) => this.#wantedOf(one))) {
      if (!kept.has(own.id)) await this.#end(functionName, own.id)
    }
  }

  #wantedOf(record: T | undefined): WantedTrigger[] {
    return record === undefined ? [] : this.#options.wanted(record)
  }

  /** One that is there goes on in its rhythm; set again, a rate would fire at once. */
  async #ensure({ functionName, fields, own }: WantedTrigger): Promise<void> {
    const { triggers, functions } = this.#options
    if (!(await exists(functions, functionName))) return
    const found = await triggers.find(functionName, own.id)
    if (found && isSame(found, { ...fields, ...own })) return
    if (found) await this.#end(functionName, own.id)
    if (isPast(fields)) return
    await triggers.add(functionName, fields, own)
  }

  async #end(functionName: string, id: string): Promise<void> {
    try {
      await this.#options.triggers.remove(functionName, id)
    } catch (error) {
      if (!(error instanceof HearthError && error.code === 'TriggerNotFound')) throw error
    }
  }
}

/** A schedule that is over has nothing that could be brought into force. */
export function isPast(fields: TriggerInput): boolean {
  return fields.type === 'schedule' && isOver(fields.schedule, fields.timezone)
}

function isSame(found: Trigger, wanted: object): boolean {
  const { functionName: _name, createdAt: _time, ...fields } = found
  // Stored as JSON, which has no fields that are undefined.
  return isDeepStrictEqual(fields, JSON.parse(JSON.stringify(wanted)))
}
