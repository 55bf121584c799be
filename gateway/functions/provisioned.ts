import { HearthError } from '../../core/errors.ts'
import type { Attached } from '../../core/functions/attachment.ts'
import {
  type ProvisionedConcurrency,
  type ProvisionedWindow,
  type WindowState,
  wantedAt,
  windowStateAt,
} from '../../core/functions/provisioned-concurrency.ts'
import { isAliasName } from '../../core/functions/qualifier.ts'
import type { ProvisionedState } from '../../core/links/invoke-link.ts'
import type { GatewayParts } from '../parts.ts'
import { readAlias } from './aliases.ts'
import type { Qualified } from './unfit-provisioned.ts'

/** `requested` is what is wanted now: of the count, and of the windows that are open. */
export interface ProvisionedConfig extends ProvisionedState {
  /** What is wanted at all times. */
  count: number
  windows: WindowState[]
  lastModified: string
}

export interface WantedProvisioned {
  count: number
  /** Absent: those that are there stay. */
  windows?: ProvisionedWindow[]
}

/**
 * Has so many sandboxes kept ready; resolves when every scheduler knows. Throws FunctionNotFound,
 * AliasNotFound; FunctionChanged where others kept changing it.
 */
export async function putProvisioned(
  parts: GatewayParts,
  of: Qualified,
  { count, windows }: WantedProvisioned,
): Promise<ProvisionedConfig> {
  if (isAliasName(of.qualifier)) await readAlias(parts, of.functionName, of.qualifier)
  const lastModified = new Date().toISOString()
  const value = await parts.attachments.change({ ...of, kind: 'provisioned' }, (current) => {
    const kept = windows ?? current?.windows ?? []
    return { requested: count, ...(kept.length > 0 && { windows: kept }), lastModified }
  })
  await parts.link.announce(of.functionName)
  return withState(parts, of, value)
}

/** Undefined where there is none. Throws FunctionNotFound, AliasNotFound. */
export async function readProvisioned(
  parts: GatewayParts,
  of: Qualified,
): Promise<ProvisionedConfig | undefined> {
  const value = await parts.attachments.read({ ...of, kind: 'provisioned' })
  if (value) return withState(parts, of, value)
  await requireThere(parts, of)
  return undefined
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
export async function removeProvisioned(parts: GatewayParts, of: Qualified): Promise<void> {
  await requireThere(parts, of)
  await parts.attachments.remove({ ...of, kind: 'provisioned' })
  await parts.link.announce(of.functionName)
}

/** What Lambda calls it: FAILED while there is a reason why there are no more, which is tried again. */
export function provisionedStatus(
  config: ProvisionedState,
): { status: 'READY' | 'IN_PROGRESS' } | { status: 'FAILED'; statusReason: string } {
  const { available, requested, reason } = config
  if (available >= requested) return { status: 'READY' }
  return reason === undefined
    ? { status: 'IN_PROGRESS' }
    : { status: 'FAILED', statusReason: reason }
}

async function requireThere(
  parts: GatewayParts,
  { functionName, qualifier }: Qualified,
): Promise<void> {
  if (isAliasName(qualifier)) await readAlias(parts, functionName, qualifier)
  else await parts.functions.read(functionName, qualifier)
}

async function withState(
  parts: GatewayParts,
  { functionName, qualifier }: Qualified,
  value: ProvisionedConcurrency,
): Promise<ProvisionedConfig> {
  const attached = { kind: 'provisioned', qualifier, value } as const
  const [config] = await withStates(parts, functionName, [attached])
  return config as ProvisionedConfig
}

async function withStates(
  parts: GatewayParts,
  functionName: string,
  attached: readonly Attached<'provisioned'>[],
): Promise<ProvisionedConfig[]> {
  const states = await statesOf(parts, functionName)
  const now = new Date()
  return attached.map(({ qualifier, value }) => {
    const { requested: count, windows = [], lastModified } = value
    const state = states.find((one) => one.qualifier === qualifier)
    return {
      allocated: 0,
      available: 0,
      ...state,
      qualifier,
      count,
      requested: wantedAt(value, now),
      windows: windows.map((window) => windowStateAt(window, now)),
      lastModified,
    }
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
