import { HearthError } from '../../core/errors.ts'
import type { Attached } from '../../core/functions/attachment.ts'
import { isAliasName } from '../../core/functions/qualifier.ts'
import type { ProvisionedState } from '../../core/links/invoke-link.ts'
import type { GatewayParts } from '../parts.ts'
import { readAlias } from './aliases.ts'

export interface ProvisionedConfig extends ProvisionedState {
  lastModified: string
}

interface Of {
  functionName: string
  /** A version or an alias. */
  qualifier: string
}

/**
 * Has so many sandboxes kept ready; resolves when every scheduler knows. Throws FunctionNotFound,
 * AliasNotFound.
 */
export async function putProvisioned(
  parts: GatewayParts,
  of: Of,
  requested: number,
): Promise<ProvisionedConfig> {
  if (isAliasName(of.qualifier)) await readAlias(parts, of.functionName, of.qualifier)
  const value = { requested, lastModified: new Date().toISOString() }
  await parts.attachments.put({ ...of, kind: 'provisioned' }, value)
  await parts.link.announce(of.functionName)
  const [config] = await withStates(parts, of.functionName, [
    { kind: 'provisioned', qualifier: of.qualifier, value },
  ])
  return config as ProvisionedConfig
}

/** Undefined where there is none. Throws FunctionNotFound, AliasNotFound. */
export async function readProvisioned(
  parts: GatewayParts,
  of: Of,
): Promise<ProvisionedConfig | undefined> {
  const value = await parts.attachments.read({ ...of, kind: 'provisioned' })
  if (!value) {
    await requireThere(parts, of)
    return undefined
  }
  const { qualifier } = of
  const [config] = await withStates(parts, of.functionName, [
    { kind: 'provisioned', qualifier, value },
  ])
  return config
}

/** By qualifier. Throws FunctionNotFound. */
export async function listProvisioned(
  parts: GatewayParts,
  functionName: string,
): Promise<ProvisionedConfig[]> {
  await parts.functions.read(functionName)
  const attached = await parts.attachments.list(functionName, 'provisioned')
  return attached.length > 0 ? withStates(parts, functionName, attached) : []
}

/** Resolves when every scheduler lets them go. Throws FunctionNotFound, AliasNotFound. */
export async function removeProvisioned(parts: GatewayParts, of: Of): Promise<void> {
  await requireThere(parts, of)
  await parts.attachments.remove({ ...of, kind: 'provisioned' })
  await parts.link.announce(of.functionName)
}

async function requireThere(parts: GatewayParts, { functionName, qualifier }: Of): Promise<void> {
  if (isAliasName(qualifier)) await readAlias(parts, functionName, qualifier)
  else await parts.functions.read(functionName, qualifier)
}

async function withStates(
  parts: GatewayParts,
  functionName: string,
  attached: readonly Attached<'provisioned'>[],
): Promise<ProvisionedConfig[]> {
  const states = await statesOf(parts, functionName)
  return attached.map(({ qualifier, value }) => {
    const { requested } = value
    const state = states.find((one) => one.qualifier === qualifier)
    return { qualifier, allocated: 0, available: 0, ...state, ...value, requested }
  })
}

/** A function that is being deleted has none. */
async function statesOf(parts: GatewayParts, functionName: string): Promise<ProvisionedState[]> {
  try {
    return await parts.link.provisioned(functionName)
  } catch (error) {
    if (error instanceof HearthError && error.code === 'FunctionNotFound') return []
    throw error
  }
}
