import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import { HearthError } from '../../core/errors.ts'
import type { AccessKey, AccessKeys } from './access-keys.ts'
import { canonicalRequest } from './canonical-request.ts'
import { ALGORITHM, readSignature, type Signature, type SignedRequest } from './signed-request.ts'
import { scopeText, signingKey } from './signing-keys.ts'
import { basicTime, requireCurrent } from './signing-time.ts'

/** Who says to have signed a request: the key is known and the time is right; nothing is proved yet. */
export interface Claim {
  key: AccessKey
  signature: Signature
}

/** SHA-256 of nothing. */
export const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** Words in place of a body's SHA-256. Chunks that are signed themselves belong to S3. */
const NO_HASH = /^(?:UNSIGNED-PAYLOAD|STREAMING-[A-Z0-9-]+)$/

/** Covered without being among the signed headers, or, the token, not looked at. */
const NEED_NO_SIGNATURE: ReadonlySet<string> = new Set([
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
])

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'

const HASH_MISMATCH = "The provided 'x-amz-content-sha256' header does not match what was computed."

const STREAMED =
  'The body is not read before it is used: sign with the header x-amz-content-sha256: UNSIGNED-PAYLOAD.'

/**
 * What can be said before a body is there, and costs nothing.
 * Throws IncompleteSignature, UnrecognizedClient, InvalidSignature.
 */
export function readClaim(
  request: SignedRequest,
  { keys, service, now = new Date() }: { keys: AccessKeys; service: string; now?: Date },
): Claim {
  const signature = readSignature(request)
  const key = keys.get(signature.accessKeyId)
  if (!key)
    throw new HearthError('UnrecognizedClient', {
      accessKeyId: signature.accessKeyId.slice(0, 128),
    })
  if (signature.service !== service) {
    throw invalid('scope', `Credential should be scoped to correct service: '${service}'.`)
  }
  if (!signature.signedHeaders.has('host')) {
    throw invalid('mismatch', "'Host' must be a 'SignedHeader' in the AWS Authorization.")
  }
  requireAmzHeadersSigned(request, signature)
  requireCurrent(signature, now)
  return { key, signature }
}

/**
 * Signs the request anew with the key that is claimed, and compares. `payload` is what was signed in
 * place of the body. Throws InvalidSignature.
 */
export function proveClaim(
  request: SignedRequest,
  { key, signature }: Claim,
  payload: string,
): void {
  const canonical = canonicalRequest(request, { ...signature, payload })
  const text = [
    ALGORITHM,
    basicTime(signature.date),
    scopeText(signature),
    hash('sha256', canonical),
  ].join('\n')
  const expected = createHmac('sha256', signingKey(key, signature)).update(text).digest('hex')
  if (!isSame(expected, signature.value)) throw invalid('mismatch', MISMATCH)
}

/**
 * All of it at once. `bodyHash` is the SHA-256 of the body, in hexadecimal digits; what passes without
 * it, payloadOf says.
 */
export function verifyRequest(
  request: SignedRequest,
  of: { keys: AccessKeys; service: string; bodyHash?: string; now?: Date },
): Claim {
  const claim = readClaim(request, of)
  proveClaim(request, claim, payloadOf(claim, of.bodyHash))
  return claim
}

/**
 * What was signed in place of the body, which has to be its hash. Without that only what is signed as
 * UNSIGNED-PAYLOAD passes, and of S3 whatever says itself what stands for its body: whoever reads that
 * has to compare. Throws InvalidSignature.
 */
export function payloadOf({ signature }: Claim, bodyHash: string | undefined): string {
  const { payload, service } = signature
  const isS3 = service === 's3'
  if (payload !== undefined && NO_HASH.test(payload)) {
    if (isS3 || payload === 'UNSIGNED-PAYLOAD') return payload
    const shown = payload.slice(0, 100)
    throw invalid('payload', `The value '${shown}' of x-amz-content-sha256 is for S3 alone.`)
  }
  // A body that S3 streams is compared by whoever streams it.
  if (bodyHash === undefined && isS3 && payload !== undefined) return payload
  if (bodyHash === undefined) throw invalid('payload', STREAMED)
  if (payload === undefined || payload === bodyHash) return bodyHash
  throw invalid('payload', HASH_MISMATCH)
}

/** Whoever could add one on the way would say what the request does. */
function requireAmzHeadersSigned(
  { rawHeaders }: SignedRequest,
  { signedHeaders }: Signature,
): void {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase()
    if (!name.startsWith('x-amz-') || signedHeaders.has(name) || NEED_NO_SIGNATURE.has(name))
      continue
    throw invalid(
      'mismatch',
      `There were headers present in the request which were not signed: ${name.slice(0, 100)}`,
    )
  }
}

function isSame(expected: string, given: string): boolean {
  return (
    expected.length === given.length && timingSafeEqual(Buffer.from(expected), Buffer.from(given))
  )
}

/** `fault` for faces that tell these apart by their codes. */
function invalid(fault: 'scope' | 'mismatch' | 'payload', reason: string): HearthError {
  return new HearthError('InvalidSignature', { reason, fault })
}
