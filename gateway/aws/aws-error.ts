import { HashContended, HashFull } from '../../core/redis/record-hash.ts'
import { hearthErrorOf } from '../error-answer.ts'

/** An error in the words of one of AWS's services. */
export class AwsError extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status = 400) {
    super(message)
    this.code = code
    this.status = status
  }
}

/** What a protocol's services call the errors that all of them have. */
export interface CommonErrors {
  validation: string
  accessDenied: string
  limit: { code: string; status: number }
  conflict: { code: string; status: number }
  throttling: string
  unavailable: string
  internal: string
}

/** As the query protocol has them; the others name them as Lambda does. */
const SIGNATURE_ERRORS: Readonly<Record<string, string>> = {
  IncompleteSignature: 'IncompleteSignature',
  InvalidSignature: 'SignatureDoesNotMatch',
  UnrecognizedClient: 'InvalidClientTokenId',
}

/** What was thrown, as the service's callers know such errors. What is unknown stays inside. */
export function awsErrorOf(
  thrown: unknown,
  common: CommonErrors,
  bodyLimitBytes: number,
): AwsError {
  if (thrown instanceof AwsError) return thrown
  if (thrown instanceof HashFull) {
    return new AwsError(common.limit.code, `${thrown.message}.`, common.limit.status)
  }
  if (thrown instanceof HashContended) {
    return new AwsError(common.conflict.code, `${thrown.message}.`, common.conflict.status)
  }
  const error = hearthErrorOf(thrown, { bodyLimitBytes, contentType: 'none' })
  const message = `${error.message}. ${error.remedy}`
  if (error.code === 'Internal') return new AwsError(common.internal, message, 500)
  if (error.status === 503) return new AwsError(common.unavailable, message, 503)
  if (error.status === 429) return new AwsError(common.throttling, message, 400)
  if (error.code === 'AccessDenied') return new AwsError(common.accessDenied, error.message, 403)
  const inQuery = SIGNATURE_ERRORS[error.code]
  if (inQuery !== undefined) {
    const isQuery = common.accessDenied === 'AccessDenied'
    return new AwsError(isQuery ? inQuery : `${error.code}Exception`, error.message, 403)
  }
  if (error.code === 'Unauthorized' || error.code === 'ForeignOrigin') {
    return new AwsError(common.accessDenied, message, 403)
  }
  return new AwsError(common.validation, message, error.status)
}
