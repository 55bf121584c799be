import { HearthError } from '../../core/errors.ts'
import { ACCOUNT_ID, REGION } from '../../core/functions/function.ts'
import { resolveVersion } from '../functions/resolve-version.ts'
import { readFields } from '../json-body.ts'
import type { Call } from './operation.ts'

const FUNCTION_ARN = new RegExp(
  `^arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:([a-zA-Z0-9-_]{1,64})(?::(.{1,128}))?$`,
)

/** The function that a target names, or why it cannot be one. */
type FunctionTarget = { functionName: string; qualifier?: string | undefined } | { mistake: string }

/** Reads the ARN of a target: of a function that is there, perhaps with a version or alias. */
export async function existingTarget(
  { parts, requireInvocable }: Pick<Call, 'parts' | 'requireInvocable'>,
  arn: string,
): Promise<FunctionTarget> {
  const [, functionName, qualifier] = FUNCTION_ARN.exec(arn) ?? []
  const shown = arn.slice(0, 200)
  if (functionName === undefined) {
    return { mistake: `Target ${shown} is not supported: only functions of this platform are` }
  }
  try {
    await resolveVersion(parts, { functionName, ...(qualifier !== undefined && { qualifier }) })
    // Whoever has a function called by a rule or a schedule calls it.
    requireInvocable(arn)
    return { functionName, qualifier }
  } catch (error) {
    if (!(error instanceof HearthError && error.code === 'FunctionNotFound')) throw error
    return { mistake: `Function not found: ${shown}` }
  }
}

/** Whether the text is one JSON value that can be kept: not nested too deep, of whole characters. */
export function isJson(text: string): boolean {
  try {
    readFields(Buffer.from(text))
    return true
  } catch {
    return false
  }
}
