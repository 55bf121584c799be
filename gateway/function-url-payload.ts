import { isUtf8 } from 'node:buffer'
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { commonLogTime } from '../core/common-log-time.ts'
import { ACCOUNT_ID } from '../core/functions/function.ts'
import type { UrlCaller } from './function-url-access.ts'

/** A request to a function URL, as it came. */
export interface UrlRequest {
  urlId: string
  method: string
  /** Path and query, as they were sent. */
  url: string
  httpVersion: string
  /** Names and values in turn. */
  rawHeaders: readonly string[]
  body: Buffer
  sourceIp: string
  requestId: string
  host: string
  time: Date
  /** Where the address asks who calls. */
  caller?: UrlCaller | undefined
}

/** As far as somebody here reads it. */
interface UrlEvent {
  headers: Record<string, string>
  [field: string]: unknown
}

/** What goes back first; `headers` in order, with `set-cookie` as often as there are cookies. */
export interface UrlHead {
  status: number
  headers: [string, string][]
}

export interface UrlAnswer extends UrlHead {
  body: Buffer
}

/** Of one connection, not of the request. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
])

/**
 * The event of a function URL, in payload format 2.0:
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
 */
export function urlEvent(request: UrlRequest): UrlEvent {
  const { urlId, method, httpVersion, body, time, caller } = request
  const [rawPath, rawQueryString] = splitUrl(request.url)
  const { headers, cookies } = headersOf(request)
  const query = queryOf(rawQueryString)
  const [domainName = ''] = request.host.split(':', 1)
  const text = isText(headers['content-type']) && isUtf8(body)
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(query && { queryStringParameters: query }),
    requestContext: {
      accountId: caller ? ACCOUNT_ID : 'anonymous',
      apiId: urlId,
      ...(caller && {
        authorizer: { iam: { ...caller, cognitoIdentity: null, principalOrgId: null } },
      }),
      domainName,
      domainPrefix: urlId,
      http: {
        method,
        path: rawPath,
        protocol: `HTTP/${httpVersion}`,
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: request.requestId,
      routeKey: '$default',
      stage: '$default',
      time: commonLogTime(time),
      timeEpoch: time.getTime(),
    },
    ...(body.length > 0 && { body: body.toString(text ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !text,
  }
}

function splitUrl(url: string): [path: string, query: string] {
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  return [path.startsWith('/') ? path : `/${path}`, mark < 0 ? '' : url.slice(mark + 1)]
}

/** In lower case, values of one name joined by commas; cookies have a place of their own. */
function headersOf(request: UrlRequest): { headers: Record<string, string>; cookies: string[] } {
  const { rawHeaders, sourceIp, host, time, requestId, caller } = request
  const joined = new Map<string, string>()
  const cookies: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = String(rawHeaders[index]).toLowerCase()
    const value = String(rawHeaders[index + 1])
    if (HOP_BY_HOP.has(name)) continue
    // What opens the platform is none of the function's business.
    if (caller && name === 'authorization') continue
    if (name === 'cookie') cookies.push(...value.split(/; */).filter((one) => one !== ''))
    else joined.set(name, joined.has(name) ? `${joined.get(name)},${value}` : value)
  }
  const forwarded = joined.get('x-forwarded-for')
  joined.set('x-forwarded-for', forwarded ? `${forwarded}, ${sourceIp}` : sourceIp)
  joined.set('x-forwarded-port', host.split(':')[1] ?? '80')
  joined.set('x-forwarded-proto', 'http')
  if (!joined.has('x-amzn-trace-id')) joined.set('x-amzn-trace-id', traceId(time, requestId))
  return { headers: Object.fromEntries(joined), cookies }
}

/** X-Ray's form: the time, then 96 bits that are this request's. */
function traceId(time: Date, requestId: string): string {
  const seconds = Math.floor(time.getTime() / 1000).toString(16)
  const unique = requestId.replaceAll('-', '').slice(0, 24).padEnd(24, '0')
  return `Root=1-${seconds}-${unique}`
}

function queryOf(rawQueryString: string): Record<string, string> | undefined {
  const joined = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    joined.set(name, joined.has(name) ? `${joined.get(name)},${value}` : value)
  }
  return joined.size === 0 ? undefined : Object.fromEntries(joined)
}

/** What Lambda hands over as text; forms, too, come in Base64. */
function isText(contentType = ''): boolean {
  const [type = ''] = contentType.toLowerCase().split(';', 1)
  return /^(text\/.+|application\/(.+\+)?(json|xml)|application\/javascript)$/.test(type.trim())
}

/** What a caller gets where the handler failed or ran out of time, or answered what is no HTTP answer. */
export const FAILED: UrlAnswer = {
  status: 502,
  headers: [['content-type', 'text/plain']],
  body: Buffer.from('Internal Server Error'),
}

/** The answer out of a handler's JSON: an object with `statusCode`, or anything else as it is. */
export function urlAnswer(result: Buffer): UrlAnswer {
  const value: unknown = result.length === 0 ? null : JSON.parse(result.toString())
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, 'statusCode')) {
    return shapedAnswer(value as ShapedResult)
  }
  const body = typeof value === 'string' ? Buffer.from(value) : result
  return { status: 200, headers: [['content-type', 'application/json']], body }
}

interface ShapedResult {
  statusCode: unknown
  headers?: unknown
  cookies?: unknown
  body?: unknown
  isBase64Encoded?: unknown
}

/** Framing is made here, out of the bytes that are sent. */
const FRAMING = new Set([...HOP_BY_HOP, 'content-length'])

function shapedAnswer(result: ShapedResult): UrlAnswer {
  const head = urlHead(result, 'application/json')
  if (!head) return FAILED
  return { ...head, body: bodyOf(result.body ?? '', result.isBase64Encoded === true) }
}

/** Undefined where it is not to be sent. */
export function urlHead(result: ShapedResult, contentType: string): UrlHead | undefined {
  const status = statusOf(result.statusCode)
  if (status === undefined) return undefined
  const { headers: given = {}, cookies = [] } = result
  if (!isRecord(given ?? {}) || !Array.isArray(cookies ?? [])) return undefined
  const headers: [string, string][] = []
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!FRAMING.has(name.toLowerCase())) headers.push([name.toLowerCase(), String(value)])
  }
  for (const cookie of (cookies as unknown[]) ?? []) headers.push(['set-cookie', String(cookie)])
  if (!headers.some(([name]) => name === 'content-type')) {
    headers.push(['content-type', contentType])
  }
  return headers.every(isSendable) ? { status, headers } : undefined
}

/** A number, or its text; not what only a server may send. */
function statusOf(value: unknown): number | undefined {
  const isStatus = typeof value === 'number' || (typeof value === 'string' && /^\d{3}$/.test(value))
  const status = isStatus ? Number(value) : 0
  return Number.isInteger(status) && status >= 200 && status <= 599 ? status : undefined
}

function bodyOf(body: unknown, isBase64Encoded: boolean): Buffer {
  if (typeof body !== 'string') return Buffer.from(JSON.stringify(body))
  return Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSendable([name, value]: [string, string]): boolean {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    // Whatever is wrong with it, it cannot be sent.
    return false
  }
}
