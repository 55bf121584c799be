import type { FastifyRequest } from 'fastify'
import { HearthError } from '../core/errors.ts'
import { ACCOUNT_ID } from '../core/functions/function.ts'
import { AWS_PREFIX } from './aws/signed-service.ts'
import type { AccessKey, AccessKeys } from './signature/access-keys.ts'
import { BodyHash } from './signature/body-hash.ts'
import { type Asked, judge } from './signature/policy.ts'
import type { SignedRequest } from './signature/signed-request.ts'
import type { UnprovedBodies } from './signature/unproved-bodies.ts'
import { type Claim, payloadOf, proveClaim, readClaim } from './signature/verification.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who signed the request; undefined for callers with the API key and on this machine, who may do all. */
    caller: Caller | undefined
  }
}

/** Whoever signed a request: first claimed, then proved, at the latest when the body was read. */
export class Caller {
  readonly #request: SignedRequest
  readonly #claim: Claim
  readonly #bodyHash: BodyHash
  #isProved = false

  private constructor(request: SignedRequest, claim: Claim, bodyHash: BodyHash) {
    this.#request = request
    this.#claim = claim
    this.#bodyHash = bodyHash
  }

  /**
   * Proves at once what does not wait for the body: a signature that tells what stands for it. Throws
   * IncompleteSignature, UnrecognizedClient, InvalidSignature, TooManyUnproved.
   */
  static of(request: FastifyRequest, keys: AccessKeys, unproved: UnprovedBodies): Caller {
    const signed = signedRequestOf(request)
    const claim = readClaim(signed, { keys, service: serviceOf(request.url) })
    const caller = new Caller(signed, claim, new BodyHash(request.raw))
    const { payload } = claim.signature
    if (payload === undefined) unproved.take(request.raw)
    else caller.#prove(payload)
    return caller
  }

  /** To be called when the body was read, or is about to be streamed. Throws InvalidSignature. */
  requireProved(): void {
    const payload = payloadOf(this.#claim, this.#bodyHash.hex)
    if (!this.#isProved) this.#prove(payload)
  }

  #prove(payload: string): void {
    proveClaim(this.#request, this.#claim, payload)
    this.#isProved = true
  }

  /** Throws AccessDenied where the statements of its key do not allow what it asks for. */
  requireAllowed(asked: Asked): void {
    const refusal = refusalOf(this.#claim.key, asked)
    if (refusal) throw refusal
  }
}

/** AccessDenied where the statements of the key do not allow what is asked. */
export function refusalOf(
  { accessKeyId, statements }: AccessKey,
  { action, resource }: Asked,
): HearthError | undefined {
  const verdict = judge(statements, { action, resource })
  if (verdict === 'allowed') return undefined
  return new HearthError('AccessDenied', {
    user: `User: arn:aws:iam::${ACCOUNT_ID}:user/${accessKeyId}`,
    action,
    resource: resource.slice(0, 400),
    why:
      verdict === 'denied by a statement'
        ? 'with an explicit deny in an identity-based policy'
        : `because no identity-based policy allows the ${action} action`,
  })
}

/** As it came, whatever route it was given. */
export function signedRequestOf({ raw, originalUrl }: FastifyRequest): SignedRequest {
  return { method: raw.method ?? '', url: originalUrl, rawHeaders: raw.rawHeaders }
}

/** The platform's own API goes by the name of Lambda. */
function serviceOf(path: string): string {
  return path.startsWith(`${AWS_PREFIX}/`) ? path.slice(AWS_PREFIX.length + 1) : 'lambda'
}
