import { randomUUID } from 'node:crypto'
import { HearthError } from '../../core/errors.ts'
import type { Alias } from '../../core/functions/alias.ts'
import { targetOf } from '../../core/functions/qualifier.ts'
import { requireRevision } from '../deployment.ts'
import type { GatewayParts } from '../parts.ts'

export type AliasInput = Omit<Alias, 'revisionId'>

/** Resolves when every scheduler routes by it. Throws FunctionNotFound, AliasAlreadyExists, InvalidRequest. */
export async function createAlias(
  parts: GatewayParts,
  functionName: string,
  input: AliasInput,
): Promise<Alias> {
  const alias = { ...input, revisionId: randomUUID() }
  await put(parts, functionName, { alias, expected: 'none' })
  return alias
}

/**
 * Changes what is given; resolves when no scheduler routes by the older state. Throws AliasNotFound,
 * RevisionMismatch, FunctionNotFound, FunctionChanged.
 */
export async function updateAlias(
  parts: GatewayParts,
  of: { functionName: string; name: string; expectedRevisionId?: string | undefined },
  change: Partial<Omit<AliasInput, 'name'>>,
): Promise<Alias> {
  const current = await readAlias(parts, of.functionName, of.name)
  requireRevision(current, of.expectedRevisionId)
  const alias = { ...current, ...change, revisionId: randomUUID() }
  await put(parts, of.functionName, { alias, expected: current.revisionId })
  return alias
}

/** Throws FunctionNotFound, AliasNotFound. */
export async function readAlias(
  parts: GatewayParts,
  functionName: string,
  name: string,
): Promise<Alias> {
  const found = await parts.attachments.read({ functionName, kind: 'alias', qualifier: name })
  if (found) return found
  await parts.functions.read(functionName)
  throw new HearthError('AliasNotFound', { name: functionName, alias: name })
}

/** With all that hangs on it. Its waiting invocations fail. Throws AliasNotFound, FunctionNotFound. */
export async function deleteAlias(
  parts: GatewayParts,
  functionName: string,
  name: string,
): Promise<void> {
  await readAlias(parts, functionName, name)
  await parts.attachments.remove({ functionName, kind: 'alias', qualifier: name })
  const target = targetOf(functionName, name)
  await Promise.all([
    parts.link.announce(functionName),
    parts.invocations.failAll(target, {
      errorType: 'FunctionNotFound',
      errorMessage: `Alias "${name}" was deleted before this invocation could run`,
    }),
  ])
}

async function put(
  parts: GatewayParts,
  functionName: string,
  { alias, expected }: { alias: Alias; expected: string },
): Promise<void> {
  const needs = [alias.functionVersion, ...Object.keys(alias.weights)]
  const of = { functionName, kind: 'alias', qualifier: alias.name } as const
  const conflict = await parts.attachments.put(of, alias, { expected, needs })
  if (conflict === 'exists') {
    throw new HearthError('AliasAlreadyExists', { name: functionName, alias: alias.name })
  }
  if (conflict)
    throw new HearthError('FunctionChanged', { name: targetOf(functionName, alias.name) })
  await parts.link.announce(functionName)
}
