import { randomUUID } from 'node:crypto'
import { HearthError } from '../core/errors.ts'
import type { ConfiguredFunction } from '../core/functions/configuration-store.ts'
import type { SecretPlace } from '../core/functions/secret-keys.ts'
import type { OpenBackup } from './backup-reader.ts'
import { rulesBack } from './deployment.ts'
import type { GatewayParts } from './parts.ts'
import { type FunctionStep, planFunctions } from './restore-functions.ts'
import { giveSourcesUp, type OtherStep, planOthers } from './restore-others.ts'

const NAMES_SHOWN = 20

export interface Restored {
  functions: Array<{ name: string; outcome: FunctionStep['outcome'] }>
  others: Array<Pick<OtherStep, 'kind' | 'name' | 'outcome'>>
  /** Triggers that are restored and not in force, and why. */
  warnings: Array<{ functionName: string; triggerId: string; reason: string }>
  /** Secrets that functions of the backup had where it was made, and have not here: a backup holds no values. */
  missingSecrets: SecretPlace[]
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
    missingSecrets: await missingSecrets(parts, wanted),
  }
}

async function missingSecrets(
  parts: GatewayParts,
  { secrets }: OpenBackup['manifest'],
): Promise<SecretPlace[]> {
  const missing: SecretPlace[] = []
  for (const { functionName, names } of secrets) {
    const here = new Set((await parts.secrets.records(functionName)).map(([name]) => name))
    for (const name of names) if (!here.has(name)) missing.push({ functionName, name })
  }
  return missing
}

/** Throws RestoreConflict where anything would be replaced. */
function refuseConflict(steps: readonly FunctionStep[], others: readonly OtherStep[]): void {
  const names = [
    ...steps.filter(isReplaced).map(({ configured }) => `function ${configured.definition.name}`),
    ...others.filter(isReplaced).map(({ kind, name }) => `${kind} ${name}`),
  ]
  if (names.length === 0) return
  const shown = names.slice(0, NAMES_SHOWN).join(', ')
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : ''
  throw new HearthError('RestoreConflict', { names: `${shown}${more}` })
}

function isReplaced({ outcome }: Pick<FunctionStep, 'outcome'>): boolean {
  return outcome === 'replaced'
}

/** The rest of each step can be repeated: a broken-off restore is finished by the next one. */
async function take(parts: GatewayParts, step: FunctionStep): Promise<Restored['warnings']> {
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
