import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { AccessKey } from './access-keys.ts'

/** What a signing key is good for. */
export interface Scope {
  /** `YYYYMMDD`. */
  day: string
  region: string
  service: string
}

/** Callers use a region and a service or two; whoever names others has nothing proved yet. */
const SCOPES_KEPT = 32

const derived = new WeakMap<AccessKey, Map<string, KeyObject>>()

/** `day/region/service/aws4_request`, as a signature says it. */
export function scopeText({ day, region, service }: Scope): string {
  return `${day}/${region}/${service}/aws4_request`
}

/**
 * The key that signs requests of a scope, derived from the secret; kept, since a signature takes less
 * than deriving it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signingKey(of: AccessKey, scope: Scope): KeyObject {
  const kept = derived.get(of) ?? new Map<string, KeyObject>()
  derived.set(of, kept)
  const text = scopeText(scope)
  const known = kept.get(text)
  if (known) return known
  if (kept.size >= SCOPES_KEPT) kept.clear()
  const key = createSecretKey(derive(of.secretAccessKey, scope))
  kept.set(text, key)
  return key
}

function derive(secret: string, { day, region, service }: Scope): Buffer {
  return [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secret}`, day))
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
