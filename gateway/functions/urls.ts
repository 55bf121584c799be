import { createHash } from 'node:crypto'
import { HearthError } from '../../core/errors.ts'
import type { FunctionUrl } from '../../core/functions/attachment.ts'
import { LATEST, targetOf } from '../../core/functions/qualifier.ts'
import type { GatewayParts } from '../parts.ts'
import type { Qualified } from './events.ts'

export type UrlSettings = Pick<FunctionUrl, 'authType' | 'invokeMode' | 'cors'>

const DEFAULT_SETTINGS: UrlSettings = { authType: 'NONE', invokeMode: 'BUFFERED' }

/** Throws UrlAlreadyExists, FunctionNotFound. */
export async function createUrl(
  parts: GatewayParts,
  of: Qualified,
  settings: UrlSettings = DEFAULT_SETTINGS,
): Promise<FunctionUrl> {
  const { createdAt } = await parts.functions.read(of.functionName)
  const now = new Date().toISOString()
  // Of the function as it was created, so that its address is the same when it is given one again.
  const identity = `${targetOf(of.functionName, of.qualifier)} ${createdAt}`
  const urlId = createHash('sha256').update(identity).digest('hex').slice(0, 32)
  const url = { ...settings, urlId, createdAt: now, lastModified: now }
  const conflict = await parts.attachments.put(placeOf(of), url, { expected: 'none' })
  if (conflict) throw new HearthError('UrlAlreadyExists', nameOf(of))
  return url
}

/** Throws FunctionUrlNotFound, FunctionNotFound. */
export async function updateUrl(
  parts: GatewayParts,
  of: Qualified,
  change: Partial<UrlSettings>,
): Promise<FunctionUrl> {
  const current = await readUrl(parts, of)
  const url = { ...current, ...change, lastModified: new Date().toISOString() }
  await parts.attachments.put(placeOf(of), url)
  return url
}

/** Throws FunctionUrlNotFound, FunctionNotFound. */
export async function readUrl(parts: GatewayParts, of: Qualified): Promise<FunctionUrl> {
  const found = await parts.attachments.read(placeOf(of))
  if (found) return found
  await parts.functions.read(of.functionName)
  throw notFound(of)
}

/** Throws FunctionUrlNotFound, FunctionNotFound. */
export async function deleteUrl(parts: GatewayParts, of: Qualified): Promise<void> {
  const removed = await parts.attachments.remove(placeOf(of))
  if (removed) return
  await parts.functions.read(of.functionName)
  throw notFound(of)
}

/** With the port by which the caller came. */
export function urlText({ urlId }: FunctionUrl, host = ''): string {
  const port = /:\d+$/.exec(host)?.[0] ?? ''
  return `http://${urlId}.lambda-url.localhost${port}/`
}

function placeOf({ functionName, qualifier = LATEST }: Qualified) {
  return { functionName, qualifier, kind: 'url' } as const
}

function nameOf({ functionName, qualifier }: Qualified) {
  return { name: targetOf(functionName, qualifier) }
}

function notFound(of: Qualified): HearthError {
  return new HearthError('FunctionUrlNotFound', { host: nameOf(of).name })
}
