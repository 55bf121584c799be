import { ACCOUNT_ID, REGION } from '../../core/functions/function.ts'
import { exists } from '../../core/invocations/accept-object.ts'
import { readJson } from '../json-body.ts'
import type { GatewayParts } from '../parts.ts'

const FUNCTION_ARN = new RegExp(
  `^arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:([a-zA-Z0-9-_]{1,64})(?::(.+))?$`,
)

/** The function that a target names, or why it cannot be one. */
export type FunctionTarget = { functionName: string } | { mistake: string }

/** Reads the ARN of a target. */
export function functionTarget(arn: string): FunctionTarget {
  const [, functionName, qualifier] = FUNCTION_ARN.exec(arn) ?? []
  const shown = arn.slice(0, 200)
  if (functionName === undefined) {
    return { mistake: `Target ${shown} is not supported: only functions of this platform are` }
  }
  if (qualifier !== undefined && qualifier !== '$LATEST') {
    return { mistake: `Target ${shown} has a qualifier, which is not supported in targets` }
  }
  return { functionName }
}

/** The same, of a function that is there. */
export async function existingTarget(parts: GatewayParts, arn: string): Promise<FunctionTarget> {
  const target = functionTarget(arn)
  if ('mistake' in target) return target
  const { functionName } = target
  if (await exists(parts.functions, functionName)) return target
  return { mistake: `Function not found: ${arn}` }
}

/** Whether the text is one JSON value, and not nested too deep. */
export function isJson(text: string): boolean {
  try {
    readJson(Buffer.from(text))
    return true
  } catch {
    return false
  }
}
