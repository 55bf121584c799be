import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { Cors } from '../core/functions/attachment.ts'

/** A browser's question whether a page of another origin may send what it wants to. */
export function isPreflight(method: string, headers: IncomingHttpHeaders): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  )
}

/**
 * Headers that an address has for a request, by its own rules. For an origin that they do not
 * name there are none, and the browser refuses. `*` becomes what was asked for: literally it would
 * not hold for requests with credentials. https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export function corsHeaders(
  cors: Cors,
  method: string,
  headers: IncomingHttpHeaders,
): [name: string, value: string][] {
  const { origin } = headers
  const { AllowOrigins = [], AllowCredentials, ExposeHeaders } = cors
  const vary: [string, string] = ['vary', 'Origin']
  if (origin === undefined || !(AllowOrigins.includes('*') || AllowOrigins.includes(origin))) {
    return [vary]
  }
  const own = isPreflight(method, headers)
    ? {
        'access-control-allow-methods': listOf(
          cors.AllowMethods,
          headers['access-control-request-method'],
        ),
        'access-control-allow-headers': listOf(
          cors.AllowHeaders,
          headers['access-control-request-headers'],
        ),
        'access-control-max-age': cors.MaxAge === undefined ? '' : String(cors.MaxAge),
      }
    : { 'access-control-expose-headers': (ExposeHeaders ?? []).join(',') }
  const all = {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': AllowCredentials ? 'true' : '',
    ...own,
  }
  return [...Object.entries(all).filter(([, value]) => value !== ''), vary]
}

function listOf(allowed: string[] = [], asked: string | string[] = ''): string {
  return allowed.includes('*') ? String(asked) : allowed.join(',')
}

/** Beside what an address has by its rules stands what its function says: as on Lambda, twice then. */
export function addHeader(reply: FastifyReply, name: string, value: string): void {
  const isTwice = name === 'vary' || name.startsWith('access-control-')
  const there = isTwice ? reply.getHeader(name) : undefined
  // Several values of one name go out as several lines.
  reply.header(name, there === undefined ? value : [there, value].flat())
}
