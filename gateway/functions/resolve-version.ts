import { HearthError } from '../../core/errors.ts'
import type { FunctionDefinition } from '../../core/functions/function.ts'
import { isAliasName, LATEST, targetOf } from '../../core/functions/qualifier.ts'
import type { GatewayParts } from '../parts.ts'
import type { Qualified } from './events.ts'

/**
 * The state of a function that a qualifier means: of an alias with weights the one that it points
 * at. Throws FunctionNotFound.
 */
export async function resolveVersion(
  parts: GatewayParts,
  { functionName, qualifier = LATEST }: Qualified,
): Promise<FunctionDefinition> {
  if (!isAliasName(qualifier)) return parts.functions.read(functionName, qualifier)
  const alias = await parts.attachments.read({ functionName, kind: 'alias', qualifier })
  if (alias) return parts.functions.read(functionName, alias.functionVersion)
  await parts.functions.read(functionName)
  throw new HearthError('FunctionNotFound', { name: targetOf(functionName, qualifier) })
}
