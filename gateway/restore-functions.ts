import { isDeepStrictEqual } from 'node:util'
import type { Configuration, ConfiguredFunction } from '../core/functions/configuration-store.ts'
import { isPast, type WantedTrigger } from '../core/triggers/recorded-triggers.ts'
import { ruleArn, ruleTriggers } from '../core/triggers/rule-store.ts'
import { scheduleArn, scheduleTriggers } from '../core/triggers/schedule-store.ts'
import {
  EVENT_TRIGGERS_MAX,
  TRIGGERS_PER_FUNCTION_MAX,
  type Trigger,
} from '../core/triggers/trigger.ts'
import { refuseBackup } from './backup-check.ts'
import { urlIdsOf } from './backup-manifest.ts'

/** What becomes of one function of a backup. */
export interface FunctionStep {
  /** As it is then. */
  configured: ConfiguredFunction
  outcome: 'created' | 'replaced' | 'unchanged'
  /** Of the function that is there. */
  revisionId?: string | undefined
}

/**
 * Decides what becomes of each function. A trigger of a rule or schedule counts with that, and not
 * with its function: what asks for it brings it into force. Throws InvalidBackup.
 */
export function planFunctions(wanted: Configuration, here: Configuration): FunctionStep[] {
  const stay = onlyHere(wanted, here)
  refuseTaken(wanted.functions, stay.functions)
  refuseTooMany(wanted, stay)
  refuseSecrets(wanted, here)
  const byName = new Map(here.functions.map((one) => [one.definition.name, one]))
  const origins = { all: originsOf(wanted, here), stay: originsOf(stay) }
  return wanted.functions.map((configured): FunctionStep => {
    const found = byName.get(configured.definition.name)
    if (!found) return { configured, outcome: 'created' }
    if (isSame(configured, found, origins.all)) return { configured: found, outcome: 'unchanged' }
    const { revisionId } = found.definition
    return {
      configured: withTriggersOf(origins.stay, { configured, found }),
      revisionId,
      outcome: 'replaced',
    }
  })
}

type Recorded = Pick<Configuration, 'rules' | 'schedules'>
type FunctionsAndRecorded = Recorded & Pick<Configuration, 'functions'>

/** What the backup does not have, and so stays as it is. */
function onlyHere(wanted: Configuration, here: Configuration): FunctionsAndRecorded {
  const functions = new Set(wanted.functions.map(({ definition }) => definition.name))
  const rules = new Set(wanted.rules.map(({ name }) => name))
  const schedules = new Set(wanted.schedules.map(({ name }) => name))
  return {
    functions: here.functions.filter(({ definition }) => !functions.has(definition.name)),
    rules: here.rules.filter(({ name }) => !rules.has(name)),
    schedules: here.schedules.filter(({ name }) => !schedules.has(name)),
  }
}

function originsOf(...all: Recorded[]): Set<string> {
  return new Set(
    all.flatMap(({ rules, schedules }) => [
      ...rules.map(({ name }) => ruleArn(name)),
      ...schedules.map(({ name }) => scheduleArn(name)),
    ]),
  )
}

function isOf(origins: ReadonlySet<string>, { origin }: Trigger): boolean {
  return origin !== undefined && origins.has(origin)
}

/** All but the revision, which is of the platform that it was made in, and triggers of these origins. */
function isSame(
  a: ConfiguredFunction,
  b: ConfiguredFunction,
  origins: ReadonlySet<string>,
): boolean {
  const comparable = ({ definition, versions, attached, triggers }: ConfiguredFunction) => ({
    definition: { ...definition, revisionId: '' },
    versions,
    attached,
    triggers: new Map(
      triggers.filter((one) => !isOf(origins, one)).map((trigger) => [trigger.id, trigger]),
    ),
  })
  return isDeepStrictEqual(comparable(a), comparable(b))
}

/** Triggers of rules that stay are in force all the time: none of their events gets lost. */
function withTriggersOf(
  origins: ReadonlySet<string>,
  { configured, found }: { configured: ConfiguredFunction; found: ConfiguredFunction },
): ConfiguredFunction {
  const ids = new Set(configured.triggers.map(({ id }) => id))
  const kept = found.triggers.filter((one) => isOf(origins, one) && !ids.has(one.id))
  return { ...configured, triggers: [...configured.triggers, ...kept] }
}

/** What other functions here have for themselves: addresses, and ids of triggers. */
function refuseTaken(
  wanted: readonly ConfiguredFunction[],
  others: readonly ConfiguredFunction[],
): void {
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
}

/** Secrets stay as they are here, and no variable of an environment has the name of one. */
function refuseSecrets(wanted: Configuration, here: Configuration): void {
  const secrets = new Map(here.secrets.map((one) => [one.functionName, one.names]))
  for (const { definition } of wanted.functions) {
    const names = secrets.get(definition.name) ?? []
    const taken = names.find((name) => Object.hasOwn(definition.environment, name))
    if (taken === undefined) continue
    refuseBackup(
      `function "${definition.name}" has "${taken}" in its environment, which is a secret of it here: delete that first`,
    )
  }
}

/** Triggers that there would be: those of the functions themselves, and those that are asked for. */
function refuseTooMany(wanted: Configuration, stay: FunctionsAndRecorded): void {
  const functions = [...wanted.functions, ...stay.functions]
  const names = new Set(functions.map(({ definition }) => definition.name))
  const origins = originsOf(wanted, stay)
  const own = functions.flatMap(({ definition, triggers }) =>
    triggers
      .filter((one) => !isOf(origins, one))
      .map(({ type }) => ({ functionName: definition.name, type })),
  )
  const asked = [...askedBy(wanted), ...askedBy(stay)]
    .filter(({ functionName, fields }) => names.has(functionName) && !isPast(fields))
    .map(({ functionName, fields: { type } }) => ({ functionName, type }))
  const all = [...own, ...asked]
  for (const [name, { length }] of Map.groupBy(all, ({ functionName }) => functionName)) {
    if (length <= TRIGGERS_PER_FUNCTION_MAX) continue
    refuseBackup(
      `function "${name}" would have ${length} triggers; ${TRIGGERS_PER_FUNCTION_MAX} are allowed`,
    )
  }
  const events = all.filter(({ type }) => type === 'event').length
  if (events > EVENT_TRIGGERS_MAX) {
    refuseBackup(`there would be ${events} event triggers; ${EVENT_TRIGGERS_MAX} are allowed`)
  }
}

function askedBy({ rules, schedules }: Recorded): WantedTrigger[] {
  return [...rules.flatMap(ruleTriggers), ...schedules.flatMap(scheduleTriggers)]
}
