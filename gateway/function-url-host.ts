import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/**
 * Requests to a function's own address are routed under this prefix, followed by the URL's id. It
 * is another one in each process: a caller who could write it would get a function's pages from
 * the origin of the API.
 */
export const FUNCTION_URL_PREFIX = `/function-url-${randomUUID()}`

const FUNCTION_URL_HOST = /^([a-z0-9]{1,63})\.lambda-url\.localhost(?::\d{1,5})?$/i

/**
 * Moves a request for `<url-id>.lambda-url.localhost` to the one route of function URLs, so that
 * no path of it can meet a route of the API. Its own path stays in `originalUrl`, where it may be
 * anything, even what is no valid encoding.
 */
export function pathOfHost(request: Pick<IncomingMessage, 'url' | 'headers'>): string {
  const [, urlId] = FUNCTION_URL_HOST.exec(request.headers.host ?? '') ?? []
  if (urlId !== undefined) return `${FUNCTION_URL_PREFIX}/${urlId.toLowerCase()}`
  return request.url ?? '/'
}
