import { hash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { HearthError } from '../core/errors.ts'
import { Caller } from './caller.ts'
import { ConsoleSessions } from './console-session.ts'
import type { Authentication } from './route-table.ts'
import type { AccessKeys } from './signature/access-keys.ts'
import { isSigned } from './signature/signed-request.ts'
import { UnprovedBodies } from './signature/unproved-bodies.ts'

/** Throws where the caller may not use the route. Must stay cheap: it runs before every request. */
export type Guard = (request: FastifyRequest) => void

/** Names that only this machine answers to; a page on a foreign name can never carry one of them. */
const LOOPBACK_NAME = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i
export const LOOPBACK_ORIGIN =
  /^https?:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i

const BEARER = /^Bearer +(\S+) *$/i

/**
 * The guards of all ways. A function's own address has pages made by its code: they are
 * foreign too, or any function could use the whole API through its visitor's browser.
 */
export function guards(secrets: {
  apiKey?: string | undefined
  accessKeys: AccessKeys
  webhookToken: string
}): Record<Authentication, Guard> {
  const { apiKey, accessKeys } = secrets
  const isOpen = apiKey === undefined && accessKeys.size === 0
  const open: Guard = () => undefined
  const ownMachine: Guard = (request) => refuseForeigner(request.raw.headers, request.method)
  return {
    key: isOpen ? ownMachine : anyProof(secrets),
    webhook: requireBearer(secrets.webhookToken),
    'url-policy': open,
    signature: isOpen ? ownMachine : open,
    none: isOpen ? ownMachine : open,
  }
}

/**
 * What a program sends decides; the cookie of the console counts only where it sends nothing else. A
 * signature that does not tell what stands for the body is proved when that is there.
 */
function anyProof({ apiKey, accessKeys }: { apiKey?: string | undefined; accessKeys: AccessKeys }) {
  const bearer = requireBearer(apiKey)
  const sessions = new ConsoleSessions(apiKey)
  const unproved = new UnprovedBodies()
  return (request: FastifyRequest) => {
    const { authorization, cookie } = request.raw.headers
    if (isSigned(authorization, request.originalUrl)) {
      request.caller = Caller.of(request, accessKeys, unproved)
    } else if (authorization === undefined && cookie !== undefined) sessions.require(request)
    else bearer(request)
  }
}

/**
 * Compares digests, so that neither content nor length of the token shows in the time it takes.
 * Without a token nobody has the right one.
 */
export function requireBearer(token: string | undefined): Guard {
  const expected = token === undefined ? undefined : hash('sha256', token, 'buffer')
  return (request) => {
    const { authorization } = request.raw.headers
    const [, given] = BEARER.exec(authorization ?? '') ?? []
    const isRight =
      given !== undefined &&
      expected !== undefined &&
      timingSafeEqual(hash('sha256', given, 'buffer'), expected)
    if (!isRight) {
      throw new HearthError('Unauthorized', {
        sent: authorization === undefined ? 'nothing' : 'wrong',
      })
    }
  }
}

/**
 * Without a key a web page that the user looks at must not reach the platform: neither by a name
 * of its own that resolves to this machine (Host), nor by a request across origins (Origin and
 * Sec-Fetch-Site). A link that is followed may cross: its answer is shown to the user alone.
 */
function refuseForeigner(headers: FastifyRequest['raw']['headers'], method: string): void {
  const { host, origin } = headers
  if (host === undefined || !LOOPBACK_NAME.test(host)) throw foreign(host ?? '')
  if (origin !== undefined && !LOOPBACK_ORIGIN.test(origin)) throw foreign(origin)
  if (headers['sec-fetch-site'] === 'cross-site') {
    const followed =
      headers['sec-fetch-mode'] === 'navigate' && (method === 'GET' || method === 'HEAD')
    if (!followed) throw foreign(origin ?? 'another site')
  }
}

function foreign(host: string): HearthError {
  return new HearthError('ForeignOrigin', { host: host.slice(0, 100) })
}
