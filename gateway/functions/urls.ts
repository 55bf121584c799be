import { createHash } from 'node:crypto'
import { HearthError } from '../../core/errors.ts'
import type { Cors, FunctionUrl } from '../../core/functions/attachment.ts'
import { LATEST, targetOf } from '../../core/functions/qualifier.ts'
import type { GatewayParts } from '../parts.ts'
import type { Qualified } from './events.ts'

/** What a caller may set; what is not given stays as it is, or gets its default. */
export interface UrlSettings {
  authType?: FunctionUrl['authType'] | undefined
  invokeMode?: FunctionUrl['invokeMode'] | undefined
  /** Empty: there are no such rules any more. */
  cors?: Cors | undefined
}

/** Throws UrlAlreadyExists, FunctionNotFound, InvalidRequest. */
export async function createUrl(
  parts: GatewayParts,
  of: Qualified,
  settings: UrlSettings = {},
): Promise<FunctionUrl> {
  const { createdAt } = await parts.functions.read(of.functionName)
  const now = new Date().toISOString()
  // Of the function as it was created, so that its address is the same when it is given one again.
  const identity = `${targetOf(of.functionName, of.qualifier)} ${createdAt}`
  const urlId = createHash('sha256').update(identity).digest('hex').slice(0, 32)
  const plain = { authType: 'NONE', invokeMode: 'BUFFERED', createdAt: now } as const
  const url = changed({ ...plain, urlId, lastModified: now }, settings)
  const conflict = await parts.attachments.put(placeOf(of), url, { expected: 'none' })
  if (conflict) throw new HearthError('UrlAlreadyExists', nameOf(of))
  return url
}

/** Throws FunctionUrlNotFound, FunctionNotFound, InvalidRequest. */
export async function updateUrl(
  parts: GatewayParts,
  of: Qualified,
  settings: UrlSettings,
): Promise<FunctionUrl> {
  await readUrl(parts, of)
  return parts.attachments.change(placeOf(of), (current) => {
    if (!current) throw notFound(of)
    return changed({ ...current, lastModified: new Date().toISOString() }, settings)
  })
}

const CORS_METHODS: ReadonlySet<string> = new Set([
  'GET',
  'PUT',
  'POST',
  'DELETE',
  'HEAD',
  'PATCH',
  '*',
])

function changed(url: FunctionUrl, settings: UrlSettings): FunctionUrl {
  const { authType = url.authType, invokeMode = url.invokeMode, cors = url.cors } = settings
  const { cors: _old, ...rest } = url
  const unknown = cors?.AllowMethods?.find((method) => !CORS_METHODS.has(method))
  if (unknown !== undefined) {
    const reason = `Method "${unknown}" cannot be in AllowMethods. You can use GET, PUT, POST, DELETE, HEAD, PATCH, and the wildcard character (*).`
    throw new HearthError('InvalidRequest', { reason })
  }
  const hasRules = cors !== undefined && Object.keys(cors).length > 0
  return { ...rest, authType, invokeMode, ...(hasRules && { cors }) }
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
  return new HearthError('FunctionUrlNotFound', { what: nameOf(of).name })
}
