import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** AWS services, besides Lambda itself, whose calls the one endpoint takes. */
export const AWS_SERVICES = ['s3', 'sts', 'iam', 'events', 'scheduler', 'logs'] as const
export type AwsService = (typeof AWS_SERVICES)[number]

/**
 * Requests that are signed for such a service are routed under this prefix, followed by its name;
 * their own path stays in `originalUrl`. It is another one in each process: nobody can name it.
 */
export const AWS_PREFIX = `/aws-${randomUUID()}`

/** `<access key>/<day>/<region>/<service>/aws4_request`, plain or percent-encoded. */
const SCOPE =
  /Credential=([^,&\s]+?)(?:\/|%2F)\d{8}(?:\/|%2F)[^/%,&\s]+(?:\/|%2F)([a-z0-9-]+)(?:\/|%2F)aws4_request/i

const KNOWN: ReadonlySet<string> = new Set(AWS_SERVICES)

/** The service that a request was signed for, by its credential scope; undefined for all but AWS_SERVICES. */
export function signedService(request: {
  url?: string | undefined
  headers: IncomingHttpHeaders
}): AwsService | undefined {
  const service = scopedService(request)
  if (service) return KNOWN.has(service) ? (service as AwsService) : undefined
  return hasVersion2(request.headers.authorization, request.url) ? 's3' : undefined
}

/** Whatever service a credential scope names; undefined where there is none. */
export function scopedService(request: Parameters<typeof signedService>[0]): string | undefined {
  return scopeOf(request)?.[2]?.toLowerCase()
}

/** Version 2 of the signature has no scope; only S3 takes it still, and boto3 presigns with it. */
function hasVersion2(authorization: string | undefined, url = ''): boolean {
  if (authorization !== undefined) return authorization.startsWith('AWS ')
  return url.includes('AWSAccessKeyId=') && /[?&]Signature=/.test(url)
}

/** The access key that a request says it was signed with; '' where it says none. */
export function accessKeyOf(request: Parameters<typeof signedService>[0]): string {
  const accessKey = scopeOf(request)?.[1] ?? ''
  try {
    return decodeURIComponent(accessKey)
  } catch {
    return accessKey
  }
}

function scopeOf({ url, headers }: Parameters<typeof signedService>[0]): string[] | undefined {
  const { authorization } = headers
  const signed = authorization?.startsWith('AWS4-') ? authorization : queryOf(url)
  return (signed && SCOPE.exec(signed)) || undefined
}

/** Where such a request is routed; undefined for every other. */
export function pathOfService(request: Parameters<typeof signedService>[0]): string | undefined {
  const service = signedService(request)
  return service && `${AWS_PREFIX}/${service}`
}

function queryOf(url = ''): string | undefined {
  const mark = url.indexOf('X-Amz-Credential=')
  return mark < 0 ? undefined : url.slice(mark)
}
