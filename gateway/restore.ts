import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { HearthError } from '../core/errors.ts'
import type { ConfiguredFunction } from '../core/functions/configuration-store.ts'
import { EVENT_TRIGGERS_MAX } from '../core/triggers/trigger.ts'
import { refuseBackup, urlIdsOf } from './backup-manifest.ts'
import type { OpenBackup } from './backup-reader.ts'
import { rulesBack } from './deployment.ts'
import type { GatewayParts } from './parts.ts'

const NAMES_SHOWN = 20

/** What becomes of one function of a backup. */
interface Step {
  configured: ConfiguredFunction
  outcome: 'created' | 'replaced' | 'unchanged'
  /** Of the function that is there. */
  revisionId?: string | undefined
}

export interface Restored {
  functions: Array<{ name: string; outcome: Step['outcome'] }>
  /** Triggers that are restored and not in force, and why. */
  warnings: Array<{ functionName: string; triggerId: string; reason: string }>
}

/**
 * Puts the functions of a backup into this platform; those that are only here stay. Each function is
 * restored whole or not at all, and a restore that was broken off is repeated by sending it again.
 * Resolves when every scheduler serves them. Throws RestoreConflict, before anything is written;
 * FunctionChanged, FunctionAlreadyExists where somebody else deploys meanwhile.
 */
export async function restore(
  parts: GatewayParts,
  backup: OpenBackup,
  options: { replace: boolean },
): Promise<Restored> {
  const here = await parts.configuration.read()
  const steps = planRestore(backup.manifest.functions, here, options)
  for (const codeSha256 of backup.packages) await parts.code.put(await backup.read(codeSha256))
  const warnings: Restored['warnings'] = []
  for (const step of steps) warnings.push(...(await take(parts, step)))
  return {
    functions: steps.map(({ configured, outcome }) => ({
      name: configured.definition.name,
      outcome,
    })),
    warnings,
  }
}

/** Decides what becomes of each function. Throws RestoreConflict, InvalidBackup. */
export function planRestore(
  wanted: readonly ConfiguredFunction[],
  here: readonly ConfiguredFunction[],
  { replace }: { replace: boolean },
): Step[] {
  const byName = new Map(here.map((one) => [one.definition.name, one]))
  const steps = wanted.map((configured): Step => {
    const found = byName.get(configured.definition.name)
    if (!found) return { configured, outcome: 'created' }
    const { revisionId } = found.definition
    return { configured, revisionId, outcome: isSame(configured, found) ? 'unchanged' : 'replaced' }
  })
  const others = steps.filter(({ outcome }) => outcome === 'replaced')
  if (others.length > 0 && !replace) throw conflict(others)
  refuseTaken(wanted, here)
  return steps
}

/** All but the revision, which is of the platform that it was made in. */
function isSame(a: ConfiguredFunction, b: ConfiguredFunction): boolean {
  const comparable = ({ definition, versions, attached, triggers }: ConfiguredFunction) => ({
    definition: { ...definition, revisionId: '' },
    versions,
    attached,
    triggers: new Map(triggers.map((trigger) => [trigger.id, trigger])),
  })
  return isDeepStrictEqual(comparable(a), comparable(b))
}

function conflict(others: readonly Step[]): HearthError {
  const names = others.map(({ configured }) => configured.definition.name)
  const shown = names.slice(0, NAMES_SHOWN).join(', ')
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : ''
  return new HearthError('RestoreConflict', { names: `${shown}${more}` })
}

/** What other functions here have for themselves: addresses, ids of triggers, room. */
function refuseTaken(wanted: readonly ConfiguredFunction[], here: readonly ConfiguredFunction[]) {
  const names = new Set(wanted.map(({ definition }) => definition.name))
  const others = here.filter(({ definition }) => !names.has(definition.name))
  const urlIds = new Set(others.flatMap(urlIdsOf))
  const triggerIds = new Set(others.flatMap(({ triggers }) => triggers.map(({ id }) => id)))
  for (const configured of wanted) {
    const { definition, triggers } = configured
    const { name } = definition
    if (urlIdsOf(configured).some((urlId) => urlIds.has(urlId))) {
      refuseBackup(`the address of function "${name}" is another function's here`)
    }
    const taken = triggers.find(({ id }) => triggerIds.has(id))
    if (taken)
      refuseBackup(`trigger "${taken.id}" of function "${name}" is another function's here`)
  }
  const all = [...wanted, ...others].flatMap(({ triggers }) => triggers)
  const events = all.filter(({ type }) => type === 'event').length
  if (events > EVENT_TRIGGERS_MAX) {
    refuseBackup(`there would be ${events} event triggers; ${EVENT_TRIGGERS_MAX} are allowed`)
  }
}

/** The rest of each step can be repeated: a broken-off restore is finished by the next one. */
async function take(parts: GatewayParts, step: Step): Promise<Restored['warnings']> {
  const { configured, outcome, revisionId } = step
  const { definition, triggers } = configured
  const functionName = definition.name
  let gone: ConfiguredFunction['triggers'] = []
  if (outcome !== 'unchanged') {
    const fresh = { ...configured, definition: { ...definition, revisionId: randomUUID() } }
    gone = await parts.configuration.write(fresh, revisionId)
  }
  const failures = await parts.triggers.enforce(triggers, gone)
  await parts.link.announce(functionName)
  await rulesBack(parts, functionName)
  return [...failures].map(([triggerId, error]) => ({
    functionName,
    triggerId,
    reason: error.message,
  }))
}
