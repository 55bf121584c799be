import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { HearthError } from '../core/errors.ts'
import type { Configuration, ConfiguredFunction } from '../core/functions/configuration-store.ts'
import { EVENT_TRIGGERS_MAX } from '../core/triggers/trigger.ts'
import { refuseBackup } from './backup-check.ts'
import { urlIdsOf } from './backup-manifest.ts'
import type { OpenBackup } from './backup-reader.ts'
import { rulesBack } from './deployment.ts'
import type { GatewayParts } from './parts.ts'
import { giveSourcesUp, type OtherStep, planOthers } from './restore-others.ts'

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
  others: Array<Pick<OtherStep, 'kind' | 'name' | 'outcome'>>
  /** Triggers that are restored and not in force, and why. */
  warnings: Array<{ functionName: string; triggerId: string; reason: string }>
}

/**
 * Puts what a backup holds into this platform; what is only here stays. Each function and each other
 * record is restored whole or not at all, and a restore that was broken off is repeated by sending it
 * again. Resolves when every scheduler serves its functions, and triggers of rules and schedules are in
 * force. Throws RestoreConflict, before anything is written; FunctionChanged, FunctionAlreadyExists,
 * RestoreConflict where somebody else deploys meanwhile.
 */
export async function restore(
  parts: GatewayParts,
  backup: OpenBackup,
  { replace }: { replace: boolean },
): Promise<Restored> {
  const { manifest: wanted } = backup
  const here = await parts.configuration.read()
  const steps = planFunctions(wanted, here)
  const others = planOthers(wanted, here)
  if (!replace) refuseConflict(steps, others)
  for (const codeSha256 of backup.packages) await parts.code.put(await backup.read(codeSha256))
  const warnings: Restored['warnings'] = []
  for (const step of steps) warnings.push(...(await take(parts, step)))
  await parts.layers.raiseNumbers(wanted.layerNumbers)
  await giveSourcesUp(parts, { wanted, here })
  for (const step of others) await step.put(parts)
  // After the rules of the backup: those that it replaces ask for nothing any more.
  for (const { configured } of steps) await rulesBack(parts, configured.definition.name)
  return {
    functions: steps.map(({ configured, outcome }) => ({
      name: configured.definition.name,
      outcome,
    })),
    others: others.map(({ kind, name, outcome }) => ({ kind, name, outcome })),
    warnings,
  }
}

/** Decides what becomes of each function. Throws InvalidBackup. */
function planFunctions({ functions: wanted }: Configuration, { functions: here }: Configuration) {
  const byName = new Map(here.map((one) => [one.definition.name, one]))
  refuseTaken(wanted, here)
  return wanted.map((configured): Step => {
    const found = byName.get(configured.definition.name)
    if (!found) return { configured, outcome: 'created' }
    const { revisionId } = found.definition
    return { configured, revisionId, outcome: isSame(configured, found) ? 'unchanged' : 'replaced' }
  })
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

/** Throws RestoreConflict where anything would be replaced. */
function refuseConflict(steps: readonly Step[], others: readonly OtherStep[]): void {
  const names = [
    ...steps.filter(isReplaced).map(({ configured }) => configured.definition.name),
    ...others.filter(isReplaced).map(({ kind, name }) => `${kind} ${name}`),
  ]
  if (names.length === 0) return
  const shown = names.slice(0, NAMES_SHOWN).join(', ')
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : ''
  throw new HearthError('RestoreConflict', { names: `${shown}${more}` })
}

function isReplaced({ outcome }: Pick<Step, 'outcome'>): boolean {
  return outcome === 'replaced'
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
  return [...failures].map(([triggerId, error]) => ({
    functionName,
    triggerId,
    reason: error.message,
  }))
}
