import type { PolicyStatement } from '../../core/functions/attachment.ts'
import { LambdaError } from './lambda-error.ts'

/** Of the whole policy as JSON: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const POLICY_BYTES_MAX = 20_480

/** A resource policy as it is read back. */
export function policyText(statements: readonly PolicyStatement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements })
}

/** Throws ResourceConflictException, PolicyLengthExceededException. */
export function withStatement(
  statements: readonly PolicyStatement[],
  added: PolicyStatement,
): PolicyStatement[] {
  if (statements.some(({ Sid }) => Sid === added.Sid)) {
    throw new LambdaError(
      'ResourceConflictException',
      `The statement id (${added.Sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    )
  }
  const all = [...statements, added]
  const bytes = Buffer.byteLength(policyText(all))
  if (bytes <= POLICY_BYTES_MAX) return all
  throw new LambdaError(
    'PolicyLengthExceededException',
    `The final policy size (${bytes}) is bigger than the limit (${POLICY_BYTES_MAX}).`,
  )
}

/** Throws ResourceNotFoundException. */
export function withoutStatement(
  statements: readonly PolicyStatement[],
  sid: string,
): PolicyStatement[] {
  const rest = statements.filter(({ Sid }) => Sid !== sid)
  if (rest.length < statements.length) return rest
  if (statements.length === 0) throw noPolicy()
  throw new LambdaError(
    'ResourceNotFoundException',
    `Statement ${sid} is not found in resource policy.`,
  )
}

export function noPolicy(): LambdaError {
  const message = 'No policy is associated with the given resource.'
  return new LambdaError('ResourceNotFoundException', message)
}
