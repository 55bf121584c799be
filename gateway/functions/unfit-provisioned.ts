import type { Alias } from '../../core/functions/alias.ts'
import { isAliasName, LATEST } from '../../core/functions/qualifier.ts'
import type { GatewayParts } from '../parts.ts'

/**
 * unpublished: it is $LATEST, or an alias that points there. over-reserved: more than the function may
 * run. alias-has-some: an alias that points at the version has some. version-has-some: a version that
 * the alias points at has some.
 */
export type Unfit = 'unpublished' | 'over-reserved' | 'alias-has-some' | 'version-has-some'

export interface Qualified {
  functionName: string
  /** A version or an alias. */
  qualifier: string
}

/** Why a version or an alias cannot have so much provisioned concurrency, by Lambda's rules. Throws FunctionNotFound. */
export async function whyUnfit(
  parts: GatewayParts,
  { functionName, qualifier }: Qualified,
  most: number,
): Promise<Unfit | undefined> {
  if (qualifier === LATEST) return 'unpublished'
  const { reservedConcurrency } = await parts.functions.read(functionName)
  if (reservedConcurrency !== null && most > reservedConcurrency) return 'over-reserved'
  const attached = await parts.attachments.all(functionName)
  const provisioned = new Set(
    attached.flatMap((one) => (one.kind === 'provisioned' ? [one.qualifier] : [])),
  )
  const aliases = attached.flatMap((one) => (one.kind === 'alias' ? [one.value] : []))
  if (!isAliasName(qualifier)) {
    const other = aliases.find((one) => provisioned.has(one.name) && pointsAt(one, qualifier))
    return other && 'alias-has-some'
  }
  const alias = aliases.find(({ name }) => name === qualifier)
  if (!alias) return undefined
  if (pointsAt(alias, LATEST)) return 'unpublished'
  return [...provisioned].some((one) => pointsAt(alias, one)) ? 'version-has-some' : undefined
}

function pointsAt({ functionVersion, weights }: Alias, version: string): boolean {
  return functionVersion === version || Object.hasOwn(weights, version)
}
