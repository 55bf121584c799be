import { hash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { HearthError } from '../core/errors.ts'
import type { FunctionUrl } from '../core/functions/attachment.ts'
import { ACCOUNT_ID, functionArn } from '../core/functions/function.ts'
import { LOOPBACK_ORIGIN, requireBearer } from './authentication.ts'
import { refusalOf, signedRequestOf } from './caller.ts'
import type { GatewayParts } from './parts.ts'
import { isSigned } from './signature/signed-request.ts'
import { verifyRequest } from './signature/verification.ts'

/** Who calls an address that asks for it, as the event says it. */
export interface UrlCaller {
  accessKey: string
  accountId: string
  callerId: string
  userArn: string
  userId: string
}

/** Whoever may use the whole API. */
const OWNER = callerNamed('root', '')

export interface AskedUrl {
  /** The function, or `name:alias`, behind the address. */
  target: string
  authType: FunctionUrl['authType']
  /** What was sent, which a signature is about. */
  body: Buffer
}

/** Undefined: anybody may, and nobody is asked who. Throws where a caller may not. */
export type UrlAccess = (request: FastifyRequest, asked: AskedUrl) => UrlCaller | undefined

/**
 * Decides who may call the addresses. One of type AWS_IAM takes whom the API takes: where no key
 * is set whoever is on this machine, but no foreign page; else who sends the key, or signs with one
 * that may invoke it by its address.
 */
export function urlAccess(parts: GatewayParts): UrlAccess {
  const { accessKeys: keys, apiKey } = parts
  const checkBearer = requireBearer(apiKey)
  return (request, { target, authType, body }) => {
    if (authType === 'NONE') return undefined
    const { authorization } = request.raw.headers
    if (keys.size === 0) refuseForeignPage(request)
    else if (isSigned(authorization, request.originalUrl)) {
      const bodyHash = hash('sha256', body, 'hex')
      const signed = signedRequestOf(request)
      const { key } = verifyRequest(signed, { keys, service: 'lambda', bodyHash })
      const action = 'lambda:InvokeFunctionUrl'
      const refusal = refusalOf(key, { action, resource: functionArn(target) })
      if (refusal) throw refusal
      return callerNamed(`user/${key.accessKeyId}`, key.accessKeyId)
    } else checkBearer(request)
    return OWNER
  }
}

function callerNamed(name: string, accessKey: string): UrlCaller {
  const id = accessKey || ACCOUNT_ID
  const userArn = `arn:aws:iam::${ACCOUNT_ID}:${name}`
  return { accessKey, accountId: ACCOUNT_ID, callerId: id, userArn, userId: id }
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
