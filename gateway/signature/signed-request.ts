import { parse } from 'node:querystring'
import { HearthError } from '../../core/errors.ts'

/** What of a request an AWS signature covers, besides its body. */
export interface SignedRequest {
  method: string
  /** Path and query as they came, before anything was decoded or routed elsewhere. */
  url: string
  /** Name, value, name, value, … as Node has them. */
  rawHeaders: readonly string[]
}

/** What a request says of its signature; none of it is proved. */
export interface Signature {
  form: 'header' | 'query'
  accessKeyId: string
  /** `YYYYMMDD` of the scope. */
  day: string
  region: string
  service: string
  /** In lower case. */
  signedHeaders: ReadonlySet<string>
  /** 64 hexadecimal digits. */
  value: string
  /** When it was signed, to the second. */
  date: Date
  /** Of a presigned URL: for how long it is good. */
  expiresSeconds?: number
  /** What stands for the body where the request says so: a SHA-256, or a word like UNSIGNED-PAYLOAD. */
  payload?: string
}

export const ALGORITHM = 'AWS4-HMAC-SHA256'
const EXPIRES_MAX_SECONDS = 604_800
const PARAMETERS_MAX = 200

/** Whether a request has a signature, good or not. */
export function isSigned(authorization: string | undefined, url: string): boolean {
  return authorization?.startsWith('AWS4-') || url.includes('X-Amz-Algorithm=')
}

/**
 * Reads a signature of version 4, from the header or from the query.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * Throws IncompleteSignature.
 */
export function readSignature(request: SignedRequest): Signature {
  const authorization = headerOf(request, 'authorization')
  return authorization?.startsWith('AWS4-')
    ? fromHeader(authorization, request)
    : fromQuery(queryOf(request.url), request)
}

/** The values of a header, joined as they are signed; undefined where it is not there. */
export function headerOf({ rawHeaders }: SignedRequest, wanted: string): string | undefined {
  const values: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string
    if (name.length === wanted.length && name.toLowerCase() === wanted) {
      values.push(rawHeaders[index + 1] as string)
    }
  }
  return values.length === 0 ? undefined : values.join(',')
}

/**
 * Decoded as the routes have it: `+` is a space, and several values of a name are an array.
 * Throws IncompleteSignature where there are so many that signing them would take long.
 */
export function queryOf(url: string): NodeJS.Dict<string | string[]> {
  const mark = url.indexOf('?')
  if (mark < 0) return {}
  const text = url.slice(mark + 1)
  if (text.split('&', PARAMETERS_MAX + 1).length > PARAMETERS_MAX) {
    throw incomplete(`A signed request has at most ${PARAMETERS_MAX} parameters in its query.`)
  }
  return parse(text, '&', '=', { maxKeys: 0 })
}

function fromHeader(authorization: string, request: SignedRequest): Signature {
  const [algorithm = '', rest = ''] = cut(authorization.trim(), ' ')
  requireAlgorithm(algorithm)
  const fields = new Map<string, string>()
  for (const field of rest.split(',')) {
    const [name, value] = cut(field.trim(), '=')
    if (value === undefined) {
      throw incomplete(
        `'${short(name)}' not a valid key=value pair (missing equal-sign) in Authorization header`,
      )
    }
    if (fields.has(name)) throw incomplete(`Authorization header has '${short(name)}' twice.`)
    fields.set(name, value)
  }
  const date = headerOf(request, 'x-amz-date')
  const missing = ['Credential', 'Signature', 'SignedHeaders'].filter((name) => !fields.get(name))
  if (missing.length > 0 || date === undefined) {
    const sentences = missing.map((name) => `Authorization header requires '${name}' parameter.`)
    if (date === undefined) {
      sentences.push("Authorization header requires existence of a 'X-Amz-Date' header.")
    }
    throw incomplete(sentences.join(' '))
  }
  const payload = headerOf(request, 'x-amz-content-sha256')
  return {
    form: 'header',
    ...scopeOf(fields.get('Credential') as string),
    ...signedBy(fields.get('SignedHeaders') as string, fields.get('Signature') as string),
    date: dateOf(date),
    ...(payload !== undefined && { payload }),
  }
}

function fromQuery(query: NodeJS.Dict<string | string[]>, request: SignedRequest): Signature {
  const field = (name: string): string => {
    const value = query[`X-Amz-${name}`]
    if (typeof value === 'string' && value !== '') return value
    throw incomplete(
      `AWS query-string parameters must include 'X-Amz-${name}', once. Re-examine the query-string parameters.`,
    )
  }
  requireAlgorithm(field('Algorithm'))
  const expiresSeconds = Number(field('Expires'))
  if (!(Number.isInteger(expiresSeconds) && expiresSeconds > 0)) {
    throw incomplete('X-Amz-Expires must be a whole number of seconds above 0.')
  }
  if (expiresSeconds > EXPIRES_MAX_SECONDS) {
    throw incomplete('X-Amz-Expires must be less than a week (in seconds); it is at most 604800.')
  }
  const scope = scopeOf(field('Credential'))
  const payload = query['X-Amz-Content-Sha256'] ?? headerOf(request, 'x-amz-content-sha256')
  return {
    form: 'query',
    ...scope,
    ...signedBy(field('SignedHeaders'), field('Signature')),
    date: dateOf(field('Date')),
    expiresSeconds,
    ...(payload !== undefined && { payload: String(payload) }),
    // Of a presigned URL of S3 nobody knows the body yet.
    ...(payload === undefined && scope.service === 's3' && { payload: 'UNSIGNED-PAYLOAD' }),
  }
}

function requireAlgorithm(algorithm: string): void {
  if (algorithm === ALGORITHM) return
  throw incomplete(`Unsupported AWS 'algorithm': '${short(algorithm)}'; use ${ALGORITHM}.`)
}

function scopeOf(
  credential: string,
): Pick<Signature, 'accessKeyId' | 'day' | 'region' | 'service'> {
  const parts = credential.split('/')
  const [accessKeyId = '', day = '', region = '', service = '', term] = parts
  if (parts.length !== 5 || parts.includes('')) {
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${short(credential)}'`,
    )
  }
  if (term !== 'aws4_request') {
    throw incomplete(
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${short(term ?? '')}'.`,
    )
  }
  return { accessKeyId, day, region, service }
}

function signedBy(
  signedHeaders: string,
  value: string,
): Pick<Signature, 'signedHeaders' | 'value'> {
  if (!/^[0-9a-f]{64}$/.test(value)) {
    throw incomplete('Signature must have 64 hexadecimal digits, in lower case.')
  }
  return { signedHeaders: new Set(signedHeaders.toLowerCase().split(';')), value }
}

function dateOf(text: string): Date {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')
  const date = new Date(iso === text ? Number.NaN : iso)
  if (!Number.isNaN(date.getTime())) return date
  throw incomplete(`Date must be in ISO-8601 'basic format'. Got '${short(text)}'.`)
}

function cut(text: string, at: string): [before: string, after: string | undefined] {
  const index = text.indexOf(at)
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)]
}

function short(text: string): string {
  return text.slice(0, 100)
}

function incomplete(reason: string): HearthError {
  return new HearthError('IncompleteSignature', { reason })
}
