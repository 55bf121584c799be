import { isDeepStrictEqual } from 'node:util'
import { POLICIES_MAX, ROLES_MAX } from '../core/access/role-store.ts'
import { HearthError } from '../core/errors.ts'
import type { Configuration } from '../core/functions/configuration-store.ts'
import {
  EVENT_SOURCE_MAPPINGS_MAX,
  type EventSourceMapping,
} from '../core/triggers/event-source-mapping.ts'
import { RULES_MAX } from '../core/triggers/rule-store.ts'
import { SCHEDULES_MAX } from '../core/triggers/schedule-store.ts'
import { refuseBackup } from './backup-check.ts'
import type { GatewayParts } from './parts.ts'

/** What a backup holds beside functions. */
export const OTHER_KINDS = ['layer', 'rule', 'schedule', 'role', 'policy', 'mapping'] as const

/** What becomes of one record of a backup. */
export interface OtherStep {
  kind: (typeof OTHER_KINDS)[number]
  name: string
  outcome: 'created' | 'replaced' | 'unchanged'
  /** Puts it in the place of what was there, and may be repeated. Throws RestoreConflict where something else is there now. */
  put(parts: GatewayParts): Promise<void>
}

/** Records of one kind. */
interface Kind<T> {
  kind: OtherStep['kind']
  of(configuration: Configuration): readonly T[]
  nameOf(record: T): string
  /** So many there may be. */
  max?: number
  /** False where `seen` is not there any more. */
  put(parts: GatewayParts, next: T, seen: T | undefined): Promise<boolean>
}

/** Decides what becomes of each record, and of those that are only here: they stay. Throws InvalidBackup. */
export function planOthers(wanted: Configuration, here: Configuration): OtherStep[] {
  refuseTakenSources(wanted, here)
  const plan = <T>(kind: Kind<T>) => planKind(kind, { wanted, here })
  return [
    ...plan({
      kind: 'layer',
      of: ({ layers }) => layers,
      nameOf: ({ name, version }) => `${name}:${version}`,
      put: ({ layers }, next, seen) => layers.replace(seen, next),
    }),
    ...plan({
      kind: 'role',
      of: ({ roles }) => roles,
      nameOf: ({ name }) => name,
      max: ROLES_MAX,
      put: ({ roles }, next, seen) => exchange(roles.roles, next.name, { next, seen }),
    }),
    ...plan({
      kind: 'policy',
      of: ({ policies }) => policies,
      nameOf: ({ arn }) => arn,
      max: POLICIES_MAX,
      put: ({ roles }, next, seen) => exchange(roles.policies, next.arn, { next, seen }),
    }),
    ...plan({
      kind: 'mapping',
      of: ({ mappings }) => mappings,
      nameOf: ({ uuid }) => uuid,
      max: EVENT_SOURCE_MAPPINGS_MAX,
      put: putMapping,
    }),
    ...plan({
      kind: 'rule',
      of: ({ rules }) => rules,
      nameOf: ({ name }) => name,
      max: RULES_MAX,
      put: ({ rules }, next, seen) => exchange(rules, next.name, { next, seen }),
    }),
    ...plan({
      kind: 'schedule',
      of: ({ schedules }) => schedules,
      nameOf: ({ name }) => name,
      max: SCHEDULES_MAX,
      put: ({ schedules }, next, seen) => exchange(schedules, next.name, { next, seen }),
    }),
  ]
}

function planKind<T>(
  { kind, of, nameOf, max = Number.POSITIVE_INFINITY, put }: Kind<T>,
  { wanted, here }: { wanted: Configuration; here: Configuration },
): OtherStep[] {
  const found = new Map(of(here).map((record) => [nameOf(record), record]))
  const count = new Set([...found.keys(), ...of(wanted).map(nameOf)]).size
  if (count > max) refuseBackup(`there would be ${count} of kind ${kind}; ${max} are allowed`)
  return of(wanted).map((next) => {
    const name = nameOf(next)
    const seen = found.get(name)
    const there = isDeepStrictEqual(seen, next) ? 'unchanged' : 'replaced'
    return {
      kind,
      name,
      outcome: seen === undefined ? 'created' : there,
      async put(parts) {
        if (await put(parts, next, seen)) return
        throw new HearthError('RestoreConflict', { names: `${kind} ${name}` })
      },
    }
  })
}

/** Hashes of records, and rules and schedules, whose triggers are in force when it resolves. */
interface Records<T> {
  change(name: string, make: (current: T | undefined) => T | undefined): Promise<unknown>
}

async function exchange<T>(
  records: Records<T>,
  name: string,
  { next, seen }: { next: T; seen: T | undefined },
): Promise<boolean> {
  let isThere = true
  await records.change(name, (current) => {
    isThere = isDeepStrictEqual(current, seen)
    return isThere ? next : current
  })
  return isThere
}

/** One that gets another source has gone before: see `giveSourcesUp`. */
async function putMapping(
  { mappings }: GatewayParts,
  next: EventSourceMapping,
  seen: EventSourceMapping | undefined,
): Promise<boolean> {
  return mappings.replace(seen?.identity === next.identity ? seen : undefined, next)
}

/**
 * Mappings that get another source or function go before any comes: they may exchange theirs. Where a
 * restore ends here, the next one makes them. Throws MappingNotFound where somebody else removes one.
 */
export async function giveSourcesUp(
  { mappings }: GatewayParts,
  { wanted, here }: { wanted: Configuration; here: Configuration },
): Promise<void> {
  const identities = new Map(wanted.mappings.map(({ uuid, identity }) => [uuid, identity]))
  for (const { uuid, identity } of here.mappings) {
    if ((identities.get(uuid) ?? identity) !== identity) await mappings.remove(uuid)
  }
}

/** Sources that mappings have which are only here. */
function refuseTakenSources(wanted: Configuration, here: Configuration): void {
  const ids = new Set(wanted.mappings.map(({ uuid }) => uuid))
  const others = here.mappings.filter(({ uuid }) => !ids.has(uuid))
  const taken = new Set(others.map(({ identity }) => identity))
  for (const { uuid, identity } of wanted.mappings) {
    if (taken.has(identity)) {
      refuseBackup(`source and function of mapping "${uuid}" are another mapping's here`)
    }
  }
}
