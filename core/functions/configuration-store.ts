import { readFileSync } from 'node:fs'
import { HearthError } from '../errors.ts'
import { keys } from '../keys.ts'
import { askRedis, type Redis } from '../redis/redis.ts'
import type { Trigger } from '../triggers/trigger.ts'
import type { FunctionDefinition } from './function.ts'
import { EVENT_HASHES, eventValues } from './function-store.ts'

const READ = readScript('configuration-read')
const WRITE = readScript('configuration-write')

/** A function with all that calls it by itself. */
export interface ConfiguredFunction {
  definition: FunctionDefinition
  /** Oldest first. */
  triggers: Trigger[]
}

/** Functions with their triggers as wholes: what a backup holds. */
export class ConfigurationStore {
  readonly #redis: Redis

  constructor(redis: Redis) {
    this.#redis = redis
  }

  /** All of them, by name, as they are at one moment, whatever is deployed meanwhile. */
  async read(): Promise<ConfiguredFunction[]> {
    const pairs = (await askRedis(() =>
      this.#redis.eval(READ, 1, keys.functions, keys.triggersOf('')),
    )) as [string, string[]][]
    return pairs
      .map(([definition, triggers]) => ({
        definition: JSON.parse(definition) as FunctionDefinition,
        triggers: triggers.map((text) => JSON.parse(text) as Trigger).sort(byAge),
      }))
      .sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1))
  }

  /**
   * Writes one whole, in one step; its name is new, or has that revision now. Schedules and
   * notifications are its caller's to set. Gives back the triggers that were there and are gone.
   * Throws FunctionAlreadyExists, FunctionChanged.
   */
  async write(configured: ConfiguredFunction, expectedRevisionId?: string): Promise<Trigger[]> {
    const { definition, triggers } = configured
    const { name, urlId = '' } = definition
    const places = [
      keys.functions,
      keys.functionNames,
      keys.functionUrls,
      keys.triggersOf(name),
      keys.eventTriggers,
      keys.notifiedBuckets,
      ...EVENT_HASHES,
    ]
    const gone = await askRedis(() =>
      this.#redis.eval(
        WRITE,
        places.length,
        ...places,
        name,
        JSON.stringify(definition),
        expectedRevisionId ?? '',
        urlId,
        keys.objectTriggers(''),
        ...eventValues(definition),
        ...triggers.flatMap(asArguments),
      ),
    )
    if (gone === 0) throw new HearthError('FunctionAlreadyExists', { name })
    if (gone === -1) throw new HearthError('FunctionChanged', { name })
    return (gone as string[]).map((text) => JSON.parse(text))
  }
}

function byAge(a: Trigger, b: Trigger): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1
  return a.id < b.id ? -1 : 1
}

function asArguments(trigger: Trigger): string[] {
  const bucket = trigger.type === 'object' ? trigger.bucket : ''
  return [trigger.id, JSON.stringify(trigger), trigger.type, bucket]
}

function readScript(name: string): string {
  return readFileSync(new URL(`../lua/${name}.lua`, import.meta.url), 'utf8')
}
