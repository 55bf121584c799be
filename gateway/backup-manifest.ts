import { isUtf8 } from 'node:buffer'
import { HearthError } from '../core/errors.ts'
import type { Alias } from '../core/functions/alias.ts'
import type { AsyncConfiguration } from '../core/functions/async-configuration.ts'
import { ATTACHMENTS, type AttachmentKind } from '../core/functions/attachment.ts'
import {
  BACKUP_FORMAT,
  BACKUP_VERSION,
  type BackupManifest,
  FUNCTIONS_ONLY_VERSION,
  ManifestShape,
  STORED_TRIGGERS,
  StoredDefinition,
  WITHOUT_SECRETS_VERSION,
  WITHOUT_WINDOWS_VERSION,
} from '../core/functions/backup.ts'
import type { Configuration, ConfiguredFunction } from '../core/functions/configuration-store.ts'
import { type FunctionDefinition, functionArn } from '../core/functions/function.ts'
import { configurationMistakes } from '../core/functions/names.ts'
import { checkProvisioned } from '../core/functions/provisioned-concurrency.ts'
import { isVersionNumber, LATEST, splitTarget, targetOf } from '../core/functions/qualifier.ts'
import { isTooDeep, JSON_DEPTH_MAX } from '../core/json-depth.ts'
import { sessionPolicy } from '../core/storage/storage-credentials.ts'
import { compilePattern } from '../core/triggers/event-pattern.ts'
import { bucketsOf, type Trigger } from '../core/triggers/trigger.ts'
import { attempt, refuseBackup, requireSchedule, validator } from './backup-check.ts'
import { checkLayers } from './backup-layers.ts'
import { checkMappings } from './backup-mappings.ts'
import { checkPolicies, checkRoles } from './backup-roles.ts'
import { checkRules } from './backup-rules.ts'
import { checkSchedules } from './backup-schedules.ts'

/** The input of a trigger lies so much deeper in a manifest than in the request that brought it. */
const DEPTH_MAX = JSON_DEPTH_MAX + 8

const checkShape = validator(ManifestShape)
const checkDefinition = validator(StoredDefinition)
const checkAttachment = Object.fromEntries(
  Object.entries(ATTACHMENTS).map(([kind, schema]) => [kind, validator(schema)]),
) as Record<AttachmentKind, ReturnType<typeof validator>>
const checkTrigger = {
  schedule: validator(STORED_TRIGGERS.schedule),
  object: validator(STORED_TRIGGERS.object),
  event: validator(STORED_TRIGGERS.event),
}

/** Reads and checks a manifest: what no route would have taken is refused. Throws InvalidBackup. */
export function readManifest(bytes: Buffer): BackupManifest {
  const value = asCurrent(parse(bytes))
  const { format, version } = (value ?? {}) as { format?: unknown; version?: unknown }
  if (format !== BACKUP_FORMAT) refuseBackup('it is not the backup of a Hearth')
  if (version !== BACKUP_VERSION) {
    refuseBackup(
      `it has version ${JSON.stringify(version)}, and this Hearth reads ${FUNCTIONS_ONLY_VERSION} to ${BACKUP_VERSION}`,
    )
  }
  checkShape(value, 'manifest')
  const manifest = value as BackupManifest
  checkFunctions(manifest)
  checkLayers(manifest)
  checkRules(manifest)
  checkSchedules(manifest)
  checkRoles(manifest)
  checkPolicies(manifest)
  checkMappings(manifest)
  return manifest
}

function asCurrent(value: unknown): unknown {
  const { version } = (value ?? {}) as { version?: unknown }
  if (version === WITHOUT_WINDOWS_VERSION || version === WITHOUT_SECRETS_VERSION) {
    return { ...(value as object), secrets: [], version: BACKUP_VERSION }
  }
  if (version !== FUNCTIONS_ONLY_VERSION) return value
  return { ...(value as object), ...NOTHING_ELSE, version: BACKUP_VERSION }
}

const NOTHING_ELSE: Omit<Configuration, 'functions'> = {
  layers: [],
  layerNumbers: {},
  rules: [],
  schedules: [],
  roles: [],
  policies: [],
  mappings: [],
  secrets: [],
}

function checkFunctions({ functions }: BackupManifest): void {
  const taken = new Map<string, string>()
  for (const configured of functions) {
    const { name } = configured.definition
    checkFunction(configured)
    for (const own of ownOf(configured)) {
      const other = taken.get(own)
      if (other !== undefined) refuseBackup(`${own} is there twice: "${other}" and "${name}"`)
      taken.set(own, name)
    }
  }
}

/** What no other function may have. */
function ownOf(configured: ConfiguredFunction): string[] {
  const { definition, triggers } = configured
  const addresses = urlIdsOf(configured).map((urlId) => `address "${urlId}"`)
  return [
    `function "${definition.name}"`,
    ...addresses,
    ...triggers.map(({ id }) => `trigger "${id}"`),
  ]
}

export function urlIdsOf({ attached }: ConfiguredFunction): string[] {
  return attached.flatMap((one) => (one.kind === 'url' ? [one.value.urlId] : []))
}

function parse(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) refuseBackup('its manifest is not UTF-8')
  if (isTooDeep(bytes, DEPTH_MAX)) refuseBackup('its manifest is nested too deep')
  try {
    return JSON.parse(bytes.toString(), refuseUnstorable)
  } catch (error) {
    if (error instanceof HearthError) throw error
    return refuseBackup(`its manifest is not JSON: ${(error as Error).message}`)
  }
}

function refuseUnstorable(key: string, value: unknown): unknown {
  if (key === '__proto__') refuseBackup('its manifest has a key "__proto__"')
  if (!key.isWellFormed() || (typeof value === 'string' && !value.isWellFormed())) {
    refuseBackup('its manifest has half of a surrogate pair')
  }
  return value
}

function checkFunction(configured: ConfiguredFunction): void {
  const { definition, triggers } = configured
  const shown = JSON.stringify(definition.name.slice(0, 100))
  checkState(definition, { what: `function ${shown}`, target: definition.name })
  checkVersions(configured, shown)
  checkAttached(configured, shown)
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

function checkState(
  definition: FunctionDefinition,
  { what, target }: { what: string; target: string },
): void {
  checkDefinition(definition, what)
  for (const mistake of configurationMistakes(definition)) refuseBackup(`${what}: ${mistake}`)
  if (definition.arn !== functionArn(target)) refuseBackup(`${what}: "arn" is of another function`)
  const { qualifier = LATEST } = splitTarget(target)
  if (definition.version !== qualifier) refuseBackup(`${what}: "version" must be ${qualifier}`)
}

function checkVersions({ definition, versions }: ConfiguredFunction, shown: string): void {
  const { name, lastVersion = 0 } = definition
  const numbers = new Set<string>()
  for (const version of versions) {
    const number = String(version.version)
    const what = `version ${number.slice(0, 20)} of function ${shown}`
    checkState(version, { what, target: targetOf(name, number) })
    if (version.name !== name) refuseBackup(`${what}: "name" is of another function`)
    if (Number(number) > lastVersion) refuseBackup(`${what} is newer than "lastVersion"`)
    if (numbers.has(number)) refuseBackup(`${what} is there twice`)
    numbers.add(number)
  }
}

/** Each once, of a version or an alias that is there. */
function checkAttached({ versions, attached }: ConfiguredFunction, shown: string): void {
  const qualifiers = new Set([LATEST, ...versions.map(({ version }) => version)])
  for (const { kind, qualifier } of attached) if (kind === 'alias') qualifiers.add(qualifier)
  const places = new Set<string>()
  for (const one of attached) {
    const place = `${one.kind} of "${one.qualifier.slice(0, 130)}"`
    const what = `${place} of function ${shown}`
    checkAttachment[one.kind](one.value, what)
    if (places.has(place)) refuseBackup(`${what} is there twice`)
    places.add(place)
    if (!qualifiers.has(one.qualifier)) refuseBackup(`${what}: there is no such version or alias`)
    if (one.kind === 'alias') checkAlias(one.value, { what, qualifiers, name: one.qualifier })
    if (one.kind === 'async') checkDestinations(one.value, what)
    if (one.kind === 'provisioned') {
      attempt(what, () => checkProvisioned(one.value, requireSchedule))
    }
  }
}

function checkAlias(
  alias: Alias,
  { what, qualifiers, name }: { what: string; qualifiers: Set<string>; name: string },
): void {
  if (alias.name !== name) refuseBackup(`${what}: "name" is another one`)
  for (const version of [alias.functionVersion, ...Object.keys(alias.weights)]) {
    if (version !== LATEST && !isVersionNumber(version))
      refuseBackup(`${what} points at no version`)
    if (!qualifiers.has(version))
      refuseBackup(`${what} points at version ${version}, which is missing`)
  }
}

function checkDestinations({ onSuccess, onFailure }: AsyncConfiguration, what: string): void {
  for (const destination of [onSuccess, onFailure]) {
    if (destination?.type !== 'http') continue
    if (!URL.canParse(destination.url)) refuseBackup(`${what}: "${destination.url}" is not a URL`)
  }
}

function checkMeaning(trigger: Trigger): void {
  if (trigger.type === 'event') compilePattern(trigger.pattern)
  if (trigger.type === 'schedule') requireSchedule(trigger.schedule, trigger.timezone)
}
