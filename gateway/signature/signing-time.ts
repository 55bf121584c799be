import { HearthError } from '../../core/errors.ts'
import type { Signature } from './signed-request.ts'

/** How far a caller's clock may be from the platform's, as of S3; other services of AWS take five. */
const WINDOW_MINUTES = 15
const WINDOW_MS = WINDOW_MINUTES * 60_000

/**
 * Refuses what was signed too long ago, or lies in the future: a request that somebody has
 * recorded is good for minutes. Throws InvalidSignature, in AWS's words: SDKs read them, and mend
 * their clock.
 */
export function requireCurrent(signature: Signature, now: Date): void {
  const { date, day, expiresSeconds } = signature
  const signed = basicTime(date)
  if (day !== signed.slice(0, 8)) {
    throw untimely(
      'scope',
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${day.slice(0, 20)}' != '${signed.slice(0, 8)}', from '${signed}'.`,
    )
  }
  const latest = new Date(now.getTime() + WINDOW_MS)
  if (date > latest) {
    throw untimely(
      'early',
      `Signature not yet current: ${signed} is still later than ${basicTime(latest)} (${basicTime(now)} + ${WINDOW_MINUTES} min.)`,
    )
  }
  if (expiresSeconds !== undefined) {
    const end = new Date(date.getTime() + expiresSeconds * 1000)
    if (now <= end) return
    throw untimely(
      'expired',
      `Signature expired: ${basicTime(end)} is now earlier than ${basicTime(now)}`,
    )
  }
  const earliest = new Date(now.getTime() - WINDOW_MS)
  if (date >= earliest) return
  throw untimely(
    'expired',
    `Signature expired: ${signed} is now earlier than ${basicTime(earliest)} (${basicTime(now)} - ${WINDOW_MINUTES} min.)`,
  )
}

/** `fault` for faces that tell these apart by their codes. */
function untimely(fault: 'scope' | 'early' | 'expired', reason: string): HearthError {
  return new HearthError('InvalidSignature', { reason, fault })
}

/** `YYYYMMDDTHHMMSSZ`. */
export function basicTime(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, '')
}
