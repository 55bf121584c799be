import { HearthError } from '../errors.ts'

/** What a request to object storage was about. */
export interface StorageTarget {
  bucket?: string
  key?: string
}

/** The S3 server refused what the caller named; anything else that it answers is its own trouble. */
const CALLERS_FAULT = /^(XMinioInvalid|Invalid(Bucket|Object|Argument|Part|Request|URI)|KeyTooLong)/
const REFUSED_KEY = /^(AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken)$/

/** Turns what the client threw into the error that names the bucket, the object or the server. */
export function storageFailure(cause: unknown, target: StorageTarget): HearthError {
  if (cause instanceof HearthError) return cause
  const { bucket = '', key } = target
  const code = s3Code(cause)
  const message = cause instanceof Error ? cause.message : String(cause)
  if (code === 'NoSuchBucket' || (code === 'NotFound' && key === undefined)) {
    return new HearthError('BucketNotFound', { bucket }, { cause })
  }
  if (code === 'NoSuchKey' || code === 'NoSuchVersion' || code === 'NotFound') {
    return new HearthError('ObjectNotFound', { bucket, key: key ?? '' }, { cause })
  }
  if (CALLERS_FAULT.test(code)) {
    return new HearthError('InvalidRequest', { reason: message }, { cause })
  }
  if (code === 'EntityTooLarge') {
    return new HearthError(
      'PayloadTooLarge',
      { what: 'Object', limitBytes: 5 * 1024 ** 4 },
      { cause },
    )
  }
  const reason = REFUSED_KEY.test(code) ? `it refused the access key (${code})` : message
  return new HearthError('StorageUnavailable', { reason }, { cause })
}

/** The S3 error code, or the name of what else went wrong; empty for what is no error. */
export function s3Code(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : (stsCode(error) ?? error.name)
}

/** The client wraps what the token service answered twice. */
function stsCode(error: Error): string | undefined {
  const answer = (error.cause as { cause?: StsAnswer } | undefined)?.cause
  return answer?.ErrorResponse?.Error?.Code
}

interface StsAnswer {
  ErrorResponse?: { Error?: { Code?: string } }
}
