import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { HearthError } from '../core/errors.ts'

/** What can be typed and logged; as long as anybody's ids and their prefixes are. */
const KEY = /^[\x21-\x7e]{1,255}$/

/**
 * The caller's own name for a request that may have to be repeated (`Idempotency-Key`), or undefined.
 * Throws InvalidRequest.
 */
export function idempotencyKey(headers: IncomingHttpHeaders): string | undefined {
  const key = headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key === 'string' && KEY.test(key)) return key
  const reason = 'Idempotency-Key must be 1 to 255 visible ASCII characters, and there must be one'
  throw new HearthError('InvalidRequest', { reason })
}

/** A short name for what these words together name, of a length that does not depend on them. */
export function fingerprint(...words: (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(words)).digest('base64url')
}
