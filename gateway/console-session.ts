import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { HearthError } from '../core/errors.ts'

export const SESSION_SECONDS = 12 * 60 * 60
const COOKIE = 'hearth_session'
/** A page of another origin cannot send it without being asked for permission first, and gets none. */
export const CONSOLE_HEADER = 'x-hearth-console'
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD'])
/** `<epoch seconds at which it ends>.<16 random hex digits>.<HMAC in hex>` */
const TOKEN = /^(\d{1,12})\.([0-9a-f]{16})\.([0-9a-f]{64})$/

/**
 * Who has signed in to the console. A session is a signed cookie and nothing that is kept: any gateway
 * with the same API key knows it, a restart does not end it, and another key ends them all.
 */
export class ConsoleSessions {
  readonly #keyDigest: Buffer | undefined
  readonly #secret: Buffer | undefined

  /** Without a key nobody signs in. */
  constructor(apiKey: string | undefined) {
    this.#keyDigest = apiKey === undefined ? undefined : hash('sha256', apiKey, 'buffer')
    this.#secret =
      apiKey === undefined
        ? undefined
        : createHmac('sha256', apiKey).update('hearth console session').digest()
  }

  /** The value of `Set-Cookie` for who sends the right key. Throws SignInRefused. */
  open(request: FastifyRequest, apiKey: string, nowMs = Date.now()): string {
    const given = hash('sha256', apiKey, 'buffer')
    if (!this.#keyDigest || !timingSafeEqual(given, this.#keyDigest)) {
      throw new HearthError('SignInRefused')
    }
    const ends = Math.floor(nowMs / 1000) + SESSION_SECONDS
    const body = `${ends}.${randomBytes(8).toString('hex')}`
    return cookie(request, `${body}.${this.#signature(body).toString('hex')}`, SESSION_SECONDS)
  }

  /** Whether the request has a session that holds, whoever has sent it. */
  has(headers: IncomingHttpHeaders, nowMs = Date.now()): boolean {
    const [, ends = '0', nonce, signature] = TOKEN.exec(tokenIn(headers.cookie) ?? '') ?? []
    if (!this.#secret || signature === undefined || Number(ends) * 1000 <= nowMs) return false
    return timingSafeEqual(Buffer.from(signature, 'hex'), this.#signature(`${ends}.${nonce}`))
  }

  /** Throws Unauthorized where there is no session, ForeignPage where another page makes use of it. */
  require(request: FastifyRequest): void {
    if (!this.has(request.raw.headers)) throw new HearthError('Unauthorized', { sent: 'nothing' })
    requireOwnPage(request)
  }

  #signature(body: string): Buffer {
    return createHmac('sha256', this.#secret ?? '')
      .update(body)
      .digest()
  }
}

/** The value of `Set-Cookie` that ends a session in this browser. */
export function endedCookie(request: FastifyRequest): string {
  return cookie(request, '', 0)
}

/**
 * A cookie goes along whoever makes the browser ask. So what changes something needs a header that only
 * the console's own page can send, and nothing may come from another origin, not even one of the same
 * site. Throws ForeignPage.
 */
export function requireOwnPage({ method, raw: { headers } }: FastifyRequest): void {
  const site = headers['sec-fetch-site']
  const isReading = READING.has(method)
  // "none": typed or taken from a bookmark, by the user and no page.
  if (site !== undefined && site !== 'same-origin' && !(isReading && site === 'none')) {
    throw foreign('it came from another site')
  }
  if (headers.origin !== undefined && hostOf(headers.origin) !== headers.host) {
    throw foreign('its Origin is not this platform')
  }
  if (!isReading && headers[CONSOLE_HEADER] === undefined) {
    throw foreign(`it has no ${CONSOLE_HEADER} header`)
  }
}

function foreign(reason: string): HearthError {
  return new HearthError('ForeignPage', { reason })
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}

function tokenIn(cookies: string | undefined): string | undefined {
  for (const pair of cookies?.split(';') ?? []) {
    const [name, value] = pair.trim().split('=', 2)
    if (name === COOKIE) return value
  }
  return undefined
}

/** Secure wherever the browser came by TLS, if only to a proxy before this gateway. */
function cookie(request: FastifyRequest, value: string, seconds: number): string {
  const isSecure = request.protocol === 'https' || request.headers['x-forwarded-proto'] === 'https'
  const secure = isSecure ? '; Secure' : ''
  return `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure}`
}
