import type { FastifyRequest } from 'fastify'
import { HearthError } from '../core/errors.ts'
import type { FunctionUrl } from '../core/functions/attachment.ts'
import { ACCOUNT_ID } from '../core/functions/function.ts'
import { guards, LOOPBACK_ORIGIN } from './authentication.ts'
import type { GatewayParts } from './parts.ts'

/** Who calls an address that asks for it, as the event says it. */
export interface UrlCaller {
  accessKey: string
  accountId: string
  callerId: string
  userArn: string
  userId: string
}

/** Whoever may use the whole API. */
const OWNER: UrlCaller = {
  accessKey: '',
  accountId: ACCOUNT_ID,
  callerId: ACCOUNT_ID,
  userArn: `arn:aws:iam::${ACCOUNT_ID}:root`,
  userId: ACCOUNT_ID,
}

/** Undefined: anybody may, and nobody is asked who. Throws where a caller may not. */
export type UrlAccess = (request: FastifyRequest, url: FunctionUrl) => UrlCaller | undefined

/**
 * Decides who may call the addresses. One of type AWS_IAM takes whom the API takes: where no key
 * is set whoever is on this machine, but no foreign page.
 */
export function urlAccess(parts: GatewayParts): UrlAccess {
  const check = parts.apiKey === undefined ? refuseForeignPage : guards(parts).key
  return (request, { authType }) => {
    if (authType === 'NONE') return undefined
    check(request)
    return OWNER
  }
}

/** Pages of the address itself, and those that this machine serves, are none. */
function refuseForeignPage({ raw: { headers } }: FastifyRequest): void {
  const { host = '', origin } = headers
  if (origin === undefined) {
    const isEmbedded = headers['sec-fetch-mode'] !== 'navigate'
    if (headers['sec-fetch-site'] === 'cross-site' && isEmbedded) throw foreign('another site')
    return
  }
  if (origin !== `http://${host}` && !LOOPBACK_ORIGIN.test(origin)) throw foreign(origin)
}

function foreign(host: string): HearthError {
  return new HearthError('ForeignOrigin', { host: host.slice(0, 100) })
}
