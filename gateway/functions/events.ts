import { randomBytes } from 'node:crypto'
import { HearthError } from '../../core/errors.ts'
import {
  type AsyncConfiguration,
  DEFAULT_ASYNC_CONFIGURATION,
} from '../../core/functions/async-configuration.ts'
import type { Attachments } from '../../core/functions/attachment.ts'
import { LATEST, splitTarget } from '../../core/functions/qualifier.ts'
import type { Destination } from '../../core/invocations/destination.ts'
import { storeOf } from '../../core/storage/object-store.ts'
import type { GatewayParts } from '../parts.ts'

/** A function, or one of its versions or aliases. */
export interface Qualified {
  functionName: string
  qualifier?: string | undefined
}

/** What is to be set; the rest gets its defaults. */
export type WantedEvents = Partial<AsyncConfiguration> & Pick<Attachments['async'], 'asSet'>

/**
 * Sets what becomes of asynchronous invocations; what is not given gets its default. Resolves when
 * every scheduler goes by it. Throws FunctionNotFound, and what is wrong with a destination.
 */
export async function configureEvents(
  parts: GatewayParts,
  of: Qualified,
  wish: WantedEvents | ((known: Attachments['async'] | undefined) => Promise<WantedEvents>),
): Promise<Attachments['async']> {
  await parts.functions.read(of.functionName)
  const configuration = await parts.attachments.change(placeOf(of), async (known) => {
    const wanted = typeof wish === 'function' ? await wish(known) : wish
    const made: Attachments['async'] = {
      ...DEFAULT_ASYNC_CONFIGURATION,
      ...wanted,
      lastModified: new Date().toISOString(),
    }
    for (const end of ['onSuccess', 'onFailure'] as const) {
      const destination = wanted[end]
      if (destination) made[end] = await checked(parts, destination, known?.[end])
    }
    return made
  })
  await parts.link.announce(of.functionName)
  return configuration
}

/** The defaults hold again. Gives back whether there was anything. */
export async function removeEventConfiguration(
  parts: GatewayParts,
  of: Qualified,
): Promise<boolean> {
  const removed = await parts.attachments.remove(placeOf(of))
  await parts.link.announce(of.functionName)
  return removed !== undefined
}

export function placeOf({ functionName, qualifier = LATEST }: Qualified) {
  return { functionName, qualifier, kind: 'async' } as const
}

/** Throws what is wrong with it as it stands now. An HTTP endpoint that stays keeps its secret. */
async function checked(
  parts: GatewayParts,
  wanted: Destination,
  known: Destination | undefined,
): Promise<Destination> {
  if (wanted.type === 'function') {
    await parts.functions.read(splitTarget(wanted.functionName).functionName)
  }
  if (wanted.type === 'bucket') await storeOf(parts.storage).requireBucket(wanted.bucket)
  if (wanted.type !== 'http') return wanted
  if (!URL.canParse(wanted.url)) {
    throw new HearthError('InvalidRequest', { reason: `"${wanted.url}" is not a URL` })
  }
  const kept = known?.type === 'http' && known.url === wanted.url ? known.secret : undefined
  return { ...wanted, secret: wanted.secret ?? kept ?? newSecret() }
}

/** As Standard Webhooks spells one. */
function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}
