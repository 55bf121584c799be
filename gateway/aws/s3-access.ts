import type { IncomingHttpHeaders } from 'node:http'
import { S3Error } from './s3-error.ts'

/**
 * How a request reaches the store: as its caller signed it, or signed by the platform, after its own
 * signature was verified where keys are configured.
 */
export type StorageAccess = 'forward untouched' | 'sign anew' | 'verify and sign anew'

interface SignedRequest {
  headers: IncomingHttpHeaders
  query: URLSearchParams
  /** The gateway answers it, so that the store never looks at its signature. */
  isAnsweredHere?: boolean
}

/**
 * The one place that decides who may use object storage through the gateway. A caller with the
 * store's own key is judged by the store, which checks that signature itself. Where no key is
 * configured only this machine may call (the route's guard), with whatever key its tools have; where
 * some are, one of them has to verify, and to be allowed what is asked.
 * Throws InvalidAccessKeyId, AccessDenied.
 */
export function mayUseStorage(
  request: SignedRequest,
  keys: { storeAccessKeyId: string; accessKeys: ReadonlyMap<string, unknown> },
): StorageAccess {
  const accessKeyId = accessKeyIdOf(request)
  if (accessKeyId === keys.storeAccessKeyId) {
    if (keys.accessKeys.size === 0 || !request.isAnsweredHere) return 'forward untouched'
    throw new S3Error(
      'AccessDenied',
      'Where callers need a key, notifications of buckets cannot be set or read with the key of the S3 server. Use one of the platform, or POST /functions/{name}/triggers.',
    )
  }
  if (keys.accessKeys.has(accessKeyId)) {
    if (isVersion2(request)) {
      throw new S3Error(
        'InvalidRequest',
        'Signatures of version 2 are not taken where keys are configured; sign with version 4: aws configure set default.s3.signature_version s3v4',
      )
    }
    return 'verify and sign anew'
  }
  if (keys.accessKeys.size > 0) {
    throw new S3Error(
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
      { AWSAccessKeyId: accessKeyId },
    )
  }
  requireUnexpired(request.query)
  return 'sign anew'
}

/** Whose signature a request says that it has, in the header or in the query, of version 4 or 2. */
export function accessKeyIdOf({ headers: { authorization = '' }, query }: SignedRequest): string {
  const inHeader =
    /^AWS4-\S+\s+.*?Credential=([^/,\s]+)/.exec(authorization) ??
    /^AWS ([^:\s]+):/.exec(authorization)
  if (inHeader) return inHeader[1] as string
  const scope = query.get('X-Amz-Credential')
  return scope?.split('/', 1)[0] ?? query.get('AWSAccessKeyId') ?? ''
}

function isVersion2({ headers: { authorization = '' }, query }: SignedRequest): boolean {
  return authorization.startsWith('AWS ') || query.has('AWSAccessKeyId')
}

/** A presigned URL is good for its time, whoever signs it anew. */
function requireUnexpired(query: URLSearchParams): void {
  const end = endMs(query)
  if (end !== undefined && !(Date.now() <= end)) {
    throw new S3Error('AccessDenied', 'Request has expired', {
      Expires: Number.isNaN(end) ? '' : new Date(end).toISOString(),
      ServerTime: new Date().toISOString(),
    })
  }
}

function endMs(query: URLSearchParams): number | undefined {
  const date = query.get('X-Amz-Date')
  const seconds = query.get('X-Amz-Expires')
  if (date !== null && seconds !== null) {
    const iso = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')
    return Date.parse(iso) + Number(seconds) * 1000
  }
  const epochSeconds = query.get('Expires')
  return epochSeconds === null ? undefined : Number(epochSeconds) * 1000
}
