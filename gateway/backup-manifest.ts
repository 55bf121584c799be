import { isUtf8 } from 'node:buffer'
import type { FastifySchemaValidationError } from 'fastify'
import type { TSchema } from 'typebox'
import { HearthError } from '../core/errors.ts'
import {
  BACKUP_FORMAT,
  BACKUP_VERSION,
  type BackupManifest,
  ManifestShape,
  STORED_TRIGGERS,
  StoredDefinition,
} from '../core/functions/backup.ts'
import type { ConfiguredFunction } from '../core/functions/configuration-store.ts'
import { type FunctionDefinition, functionArn, LATEST } from '../core/functions/function.ts'
import { configurationMistakes } from '../core/functions/names.ts'
import { isTooDeep, JSON_DEPTH_MAX } from '../core/json-depth.ts'
import { sessionPolicy } from '../core/storage/storage-credentials.ts'
import { compilePattern } from '../core/triggers/event-pattern.ts'
import { isOver, parseSchedule } from '../core/triggers/schedule-expression.ts'
import { bucketsOf, type Trigger } from '../core/triggers/trigger.ts'
import { mistakesOf } from './mistakes.ts'
import { compileValidator } from './validation.ts'

/** The input of a trigger lies so much deeper in a manifest than in the request that brought it. */
const DEPTH_MAX = JSON_DEPTH_MAX + 8

const checkShape = validator(ManifestShape)
const checkDefinition = validator(StoredDefinition)
const checkTrigger = {
  schedule: validator(STORED_TRIGGERS.schedule),
  object: validator(STORED_TRIGGERS.object),
  event: validator(STORED_TRIGGERS.event),
}

export function refuseBackup(reason: string, cause?: unknown): never {
  throw new HearthError('InvalidBackup', { reason }, { cause })
}

/** Reads and checks a manifest: what no route would have taken is refused. Throws InvalidBackup. */
export function readManifest(bytes: Buffer): BackupManifest {
  const value = parse(bytes)
  const { format, version } = (value ?? {}) as { format?: unknown; version?: unknown }
  if (format !== BACKUP_FORMAT) refuseBackup('it is not the backup of a Hearth')
  if (version !== BACKUP_VERSION) {
    refuseBackup(
      `it has version ${JSON.stringify(version)}, and this Hearth reads ${BACKUP_VERSION}`,
    )
  }
  checkShape(value, 'manifest')
  const manifest = value as BackupManifest
  const taken = new Map<string, string>()
  for (const configured of manifest.functions) {
    const { name } = configured.definition
    checkFunction(configured)
    for (const own of ownOf(configured)) {
      const other = taken.get(own)
      if (other !== undefined) refuseBackup(`${own} is there twice: "${other}" and "${name}"`)
      taken.set(own, name)
    }
  }
  return manifest
}

/** What no other function may have. */
function ownOf({ definition, triggers }: ConfiguredFunction): string[] {
  const { name, urlId } = definition
  const addresses = urlId === undefined ? [] : [`address "${urlId}"`]
  return [`function "${name}"`, ...addresses, ...triggers.map(({ id }) => `trigger "${id}"`)]
}

function parse(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) refuseBackup('its manifest is not UTF-8')
  if (isTooDeep(bytes, DEPTH_MAX)) refuseBackup('its manifest is nested too deep')
  try {
    return JSON.parse(bytes.toString(), refusePrototype)
  } catch (error) {
    if (error instanceof HearthError) throw error
    return refuseBackup(`its manifest is not JSON: ${(error as Error).message}`)
  }
}

function refusePrototype(key: string, value: unknown): unknown {
  if (key === '__proto__') refuseBackup('its manifest has a key "__proto__"')
  return value
}

function checkFunction({ definition, triggers }: ConfiguredFunction): void {
  const shown = JSON.stringify(definition.name.slice(0, 100))
  checkDefinition(definition, `function ${shown}`)
  for (const mistake of mistakesIn(definition)) refuseBackup(`function ${shown}: ${mistake}`)
  for (const trigger of triggers) {
    const what = `trigger "${trigger.id.slice(0, 100)}" of function ${shown}`
    checkTrigger[trigger.type](trigger, what)
    if (trigger.functionName !== definition.name) refuseBackup(`${what} is another function's`)
    attempt(what, () => checkMeaning(trigger))
  }
  const { read = [], write = [] } = definition.buckets
  attempt(`function ${shown}`, () =>
    sessionPolicy({ read: [...read, ...bucketsOf(triggers)], write }),
  )
}

function mistakesIn(definition: FunctionDefinition): string[] {
  const mistakes = configurationMistakes(definition)
  if (definition.arn !== functionArn(definition.name)) mistakes.push('"arn" is of another function')
  if (definition.version !== LATEST) mistakes.push(`"version" must be ${LATEST}`)
  const { onSuccess, onFailure } = definition.asyncConfiguration ?? {}
  for (const destination of [onSuccess, onFailure]) {
    if (destination?.type !== 'http') continue
    if (!URL.canParse(destination.url)) mistakes.push(`"${destination.url}" is not a URL`)
  }
  return mistakes
}

/** A schedule that is over was good once: it is restored, and stays over. */
function checkMeaning(trigger: Trigger): void {
  if (trigger.type === 'event') compilePattern(trigger.pattern)
  if (trigger.type === 'schedule' && !isOver(trigger.schedule, trigger.timezone)) {
    parseSchedule(trigger.schedule, trigger.timezone)
  }
}

function validator(schema: TSchema): (value: unknown, what: string) => void {
  const check = compileValidator({ schema, method: '', url: '', httpPart: 'body' })
  return (value, what) => {
    const { error } = check(value) as { error?: unknown }
    if (!error) return
    refuseBackup(`${what}: ${mistakesOf(error as FastifySchemaValidationError[], 'it').join('; ')}`)
  }
}

function attempt(what: string, check: () => void): void {
  try {
    check()
  } catch (error) {
    if (!(error instanceof HearthError)) throw error
    refuseBackup(`${what}: ${error.message}`)
  }
}
