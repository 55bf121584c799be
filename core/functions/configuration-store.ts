import { HearthError } from '../errors.ts'
import { loadScripts, type RunScript } from '../lua.ts'
import type { Redis } from '../redis/redis.ts'
import type { Trigger } from '../triggers/trigger.ts'
import type { Attached } from './attachment.ts'
import { readAttached } from './attachment-store.ts'
import type { FunctionDefinition } from './function.ts'

/** A function with its versions, all that hangs on it, and all that calls it by itself. */
export interface ConfiguredFunction {
  definition: FunctionDefinition
  /** Ascending. */
  versions: FunctionDefinition[]
  attached: Attached[]
  /** Oldest first. */
  triggers: Trigger[]
}

type Row = [definition: Buffer, versions: Buffer[], attached: Buffer[], triggers: Buffer[]]

/** Functions as wholes: what a backup holds. */
export class ConfigurationStore {
  readonly #run: RunScript

  constructor(redis: Redis) {
    this.#run = loadScripts(redis)
  }

  /** All of them, by name, as they are at one moment, whatever is deployed meanwhile. */
  async read(): Promise<ConfiguredFunction[]> {
    const rows = (await this.#run('configuration-read', [])) as Row[]
    return rows
      .map(([definition, versions, attached, triggers]) => ({
        definition: parse<FunctionDefinition>(definition),
        versions: versions
          .map(parse<FunctionDefinition>)
          .sort((a, b) => Number(a.version) - Number(b.version)),
        attached: readAttached(pairs(attached)),
        triggers: triggers.map(parse<Trigger>).sort(byAge),
      }))
      .sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1))
  }

  /**
   * Writes one whole, in one step; its name is new, or has that revision now. Schedules and
   * notifications are its caller's to set. Gives back the triggers that were there and are gone.
   * Throws FunctionAlreadyExists, FunctionChanged.
   */
  async write(configured: ConfiguredFunction, expectedRevisionId?: string): Promise<Trigger[]> {
    const { definition, versions, attached, triggers } = configured
    const { name } = definition
    const gone = await this.#run('configuration-write', [
      name,
      JSON.stringify(definition),
      expectedRevisionId ?? '',
      versions.length,
      ...versions.flatMap((one) => [one.version, JSON.stringify(one)]),
      attached.length,
      ...attached.flatMap((one) => [`${one.kind}:${one.qualifier}`, JSON.stringify(one.value)]),
      ...triggers.flatMap(asArguments),
    ])
    if (gone === 0) throw new HearthError('FunctionAlreadyExists', { name })
    if (gone === -1) throw new HearthError('FunctionChanged', { name })
    return (gone as Buffer[]).map(parse<Trigger>)
  }
}

function parse<T>(bytes: Buffer): T {
  return JSON.parse(String(bytes))
}

function pairs(flat: Buffer[]): Record<string, string> {
  const entries: [string, string][] = []
  for (let at = 0; at + 1 < flat.length; at += 2) {
    entries.push([String(flat[at]), String(flat[at + 1])])
  }
  return Object.fromEntries(entries)
}

function byAge(a: Trigger, b: Trigger): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1
  return a.id < b.id ? -1 : 1
}

function asArguments(trigger: Trigger): string[] {
  const bucket = trigger.type === 'object' ? trigger.bucket : ''
  return [trigger.id, JSON.stringify(trigger), trigger.type, bucket]
}
