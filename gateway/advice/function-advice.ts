import type { Alias } from '../../core/functions/alias.ts'
import type { Attached } from '../../core/functions/attachment.ts'
import type { FunctionDefinition } from '../../core/functions/function.ts'
import { isAliasName } from '../../core/functions/qualifier.ts'
import type { StoredSeries } from '../../core/invocations/statistics-store.ts'
import type { Qualified } from '../functions/events.ts'
import { resolveVersion } from '../functions/resolve-version.ts'
import type { GatewayParts } from '../parts.ts'
import { type Advice, advise } from './advise.ts'
import type { ProvisionedUse } from './findings.ts'

export interface FunctionAdvice extends Advice {
  definition: FunctionDefinition
}

/**
 * Of a version, or of the one that an alias points at, by what was seen of that; without a qualifier of
 * the current state, by what was seen of the function in all its versions. Throws FunctionNotFound.
 */
export async function adviseFunction(parts: GatewayParts, of: Qualified): Promise<FunctionAdvice> {
  const definition = await resolveVersion(parts, of)
  const [stored, attached] = await Promise.all([
    parts.statistics.read(of.functionName),
    parts.attachments.all(of.functionName),
  ])
  const { version, memoryMb, timeoutSeconds } = definition
  const isAsked = (one: string) => of.qualifier === undefined || one === version
  const series = stored.filter((one) => isAsked(one.version))
  const provisioned = provisionedUses(attached, stored).filter(({ versions }) =>
    versions.some(isAsked),
  )
  const facts = { now: new Date(), memoryMb, timeoutSeconds, series, provisioned }
  return { definition, ...advise(facts) }
}

function provisionedUses(
  attached: readonly Attached[],
  stored: readonly StoredSeries[],
): (ProvisionedUse & { versions: string[] })[] {
  const aliases = new Map(
    attached.flatMap((one) => (one.kind === 'alias' ? [[one.qualifier, one.value] as const] : [])),
  )
  return attached.flatMap((one) => {
    if (one.kind !== 'provisioned') return []
    const { qualifier, value } = one
    const versions = versionsOf(qualifier, aliases)
    const seen = stored.filter(({ version }) => versions.includes(version))
    const invocations = seen.reduce((sum, { tally }) => sum + tally.provisioned, 0)
    return [{ qualifier, setAt: new Date(value.lastModified), invocations, versions }]
  })
}

function versionsOf(qualifier: string, aliases: ReadonlyMap<string, Alias>): string[] {
  if (!isAliasName(qualifier)) return [qualifier]
  const alias = aliases.get(qualifier)
  return alias ? [alias.functionVersion, ...Object.keys(alias.weights)] : []
}
