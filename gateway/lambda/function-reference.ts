import { ACCOUNT_ID, functionArn, REGION } from '../../core/functions/function.ts'
import { LATEST, targetOf } from '../../core/functions/qualifier.ts'
import { invalidParameter, LambdaError } from './lambda-error.ts'

/** A function of this platform, as a request names it. */
export interface FunctionReference {
  functionName: string
  /** As it was sent; absent where none was. */
  qualifier?: string
}

const REFERENCE =
  /^(?:arn:aws[a-zA-Z-]*:lambda:)?(?:([a-z]{2}(?:-[a-z]+)+-\d):)?(?:(\d{12}):)?(?:function:)?([a-zA-Z0-9-_]+)(?::(\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]+))?$/

/** The ARN that policies are asked about; what is no reference to a function keeps its text. */
export function askedArn(text: string, given?: string): string {
  const [, , , functionName = text, derived] = REFERENCE.exec(text) ?? []
  return functionArn(targetOf(functionName, derived ?? given))
}

/** The function's own, whatever qualifier it was named with. */
export function wholeArn(text: string): string {
  const [, , , functionName = text] = REFERENCE.exec(text) ?? []
  return functionArn(functionName)
}

/**
 * Reads a name, a partial ARN or an ARN, each perhaps with a qualifier, and the qualifier that may
 * be sent apart. Throws where the two differ, or the function cannot be one of this platform's.
 */
export function readReference(input: {
  FunctionName: string
  Qualifier?: string | undefined
}): FunctionReference {
  const [, region = REGION, account = ACCOUNT_ID, functionName = '', derived] =
    REFERENCE.exec(input.FunctionName) ?? []
  const { Qualifier: given } = input
  if (functionName.length > 64) {
    throw invalidParameter(
      `1 validation error detected: Value '${functionName}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    )
  }
  if (region !== REGION) {
    throw new LambdaError(
      'ResourceNotFoundException',
      `Functions from '${region}' are not reachable in this region ('${REGION}')`,
    )
  }
  if (derived !== undefined && given !== undefined && derived !== given) {
    throw invalidParameter(
      'The derived qualifier from the function name does not match the specified qualifier.',
    )
  }
  const qualifier = derived ?? given
  if (account !== ACCOUNT_ID || functionName === '') {
    throw new LambdaError('ResourceNotFoundException', `Function not found: ${input.FunctionName}`)
  }
  return qualifier === undefined ? { functionName } : { functionName, qualifier }
}

/** Of the function itself, whatever qualifier was sent with it. */
export function readName(input: { FunctionName: string }): string {
  return readReference(input).functionName
}

/** The ARN with the qualifier as it was sent, `$LATEST` included. */
export function referenceArn({ functionName, qualifier }: FunctionReference): string {
  if (qualifier === LATEST) return `${functionArn(functionName)}:${LATEST}`
  return functionArn(targetOf(functionName, qualifier))
}
