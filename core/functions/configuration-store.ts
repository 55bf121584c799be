import type { Policy, Role } from '../access/role.ts'
import { HearthError } from '../errors.ts'
import { loadScripts, type RunScript } from '../lua.ts'
import type { Redis } from '../redis/redis.ts'
import type { EventSourceMapping } from '../triggers/event-source-mapping.ts'
import type { Rule } from '../triggers/rule-store.ts'
import type { ScheduleRecord } from '../triggers/schedule-store.ts'
import { byAge, type Trigger } from '../triggers/trigger.ts'
import type { Attached } from './attachment.ts'
import { readAttached } from './attachment-store.ts'
import type { FunctionDefinition } from './function.ts'
import type { LayerVersion } from './layer.ts'
import { isSecretAlready } from './secret.ts'

/** A function with its versions, all that hangs on it, and all that calls it by itself. */
export interface ConfiguredFunction {
  definition: FunctionDefinition
  /** Ascending. */
  versions: FunctionDefinition[]
  attached: Attached[]
  /** Oldest first. */
  triggers: Trigger[]
}

/** What the platform is set up to do. */
export interface Configuration {
  /** By name. */
  functions: ConfiguredFunction[]
  /** By name and number. */
  layers: LayerVersion[]
  /** Layer → number of the version that was published last, deleted ones included. */
  layerNumbers: Record<string, number>
  /** By name, as schedules and roles are. */
  rules: Rule[]
  schedules: ScheduleRecord[]
  roles: Role[]
  /** By ARN. */
  policies: Policy[]
  /** By their ids. */
  mappings: EventSourceMapping[]
  /** By function; their names alone: values leave the platform for sandboxes, and for nothing else. */
  secrets: NamedSecrets[]
}

/** Which secrets a function has. */
export interface NamedSecrets {
  functionName: string
  names: string[]
}

type Row = [definition: Buffer, versions: Buffer[], attached: Buffer[], triggers: Buffer[]]

type Reply = [
  functions: Row[],
  layers: Buffer[],
  layerNumbers: Buffer[],
  rules: Buffer[],
  schedules: Buffer[],
  roles: Buffer[],
  policies: Buffer[],
  mappings: Buffer[],
  secrets: [functionName: Buffer, names: Buffer[]][],
]

/** The platform's configuration as a whole: what a backup holds. */
export class ConfigurationStore {
  readonly #run: RunScript

  constructor(redis: Redis) {
    this.#run = loadScripts(redis)
  }

  /** All of it as it is at one moment, whatever is deployed meanwhile. */
  async read(): Promise<Configuration> {
    const reply = (await this.#run('configuration-read', [])) as Reply
    const [functions, layers, layerNumbers, rules, schedules, roles, policies, mappings, secrets] =
      reply
    return {
      functions: functions.map(configuredFunction).sort(by((one) => one.definition.name)),
      layers: layers.map(parse<LayerVersion>).sort(byNameAndNumber),
      layerNumbers: numbersOf(pairs(layerNumbers)),
      rules: rules.map(parse<Rule>).sort(by((one) => one.name)),
      schedules: schedules.map(parse<ScheduleRecord>).sort(by((one) => one.name)),
      roles: roles.map(parse<Role>).sort(by((one) => one.name)),
      policies: policies.map(parse<Policy>).sort(by((one) => one.arn)),
      mappings: mappings.map(parse<EventSourceMapping>).sort(by((one) => one.uuid)),
      secrets: secrets
        .map(([functionName, names]) => ({
          functionName: String(functionName),
          names: names.map(String).sort(),
        }))
        .sort(by((one) => one.functionName)),
    }
  }

  /**
   * Writes one function as a whole, in one step; its name is new, or has that revision now. Schedules and
   * notifications are its caller's to set. Gives back the triggers that were there and are gone.
   * Throws FunctionAlreadyExists, FunctionChanged; InvalidRequest where a variable of its environment
   * is a secret of the function here.
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
    if (Buffer.isBuffer(gone)) throw isSecretAlready(String(gone))
    if (gone === 0) throw new HearthError('FunctionAlreadyExists', { name })
    if (gone === -1) throw new HearthError('FunctionChanged', { name })
    return (gone as Buffer[]).map(parse<Trigger>)
  }
}

function configuredFunction([definition, versions, attached, triggers]: Row): ConfiguredFunction {
  return {
    definition: parse<FunctionDefinition>(definition),
    versions: versions
      .map(parse<FunctionDefinition>)
      .sort((a, b) => Number(a.version) - Number(b.version)),
    attached: readAttached(pairs(attached)),
    triggers: triggers.map(parse<Trigger>).sort(byAge),
  }
}

function by<T>(keyOf: (one: T) => string): (a: T, b: T) => number {
  return (a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)
}

function byNameAndNumber(a: LayerVersion, b: LayerVersion): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1
  return a.version - b.version
}

function numbersOf(texts: Record<string, string>): Record<string, number> {
  const names = Object.keys(texts).sort()
  return Object.fromEntries(names.map((name) => [name, Number(texts[name])]))
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

function asArguments(trigger: Trigger): string[] {
  const bucket = trigger.type === 'object' ? trigger.bucket : ''
  return [trigger.id, JSON.stringify(trigger), trigger.type, bucket]
}
