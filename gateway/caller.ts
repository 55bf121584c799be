import type { FastifyRequest } from 'fastify'
import { HearthError } from '../core/errors.ts'
import { ACCOUNT_ID } from '../core/functions/function.ts'
import { AWS_PREFIX } from './aws/signed-service.ts'
import type { AccessKey, AccessKeys } from './signature/access-keys.ts'
import { BodyHash } from './signature/body-hash.ts'
import { type Asked, judge } from './signature/policy.ts'
import type { SignedRequest } from './signature/signed-request.ts'
import { type Claim, proveClaim, readClaim } from './signature/verification.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who signed the request; undefined for callers with the API key and on this machine, who may do all. */
    caller: Caller | undefined
  }
}

/** Whoever signed a request: first claimed, then, when the body was read, proved. */
export class Caller {
  readonly #request: SignedRequest
  readonly #claim: Claim
  readonly #bodyHash: BodyHash

  private constructor(request: SignedRequest, claim: Claim, bodyHash: BodyHash) {
    this.#request = request
    this.#claim = claim
    this.#bodyHash = bodyHash
  }

  /** Throws IncompleteSignature, UnrecognizedClient, InvalidSignature. */
  static of(request: FastifyRequest, keys: AccessKeys): Caller {
    const signed = signedRequestOf(request)
    const claim = readClaim(signed, { keys, service: serviceOf(request.url) })
    return new Caller(signed, claim, new BodyHash(request.raw))
  }

  /** Throws InvalidSignature. */
  prove(): void {
    proveClaim(this.#request, this.#claim, this.#bodyHash.hex)
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
