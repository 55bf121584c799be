import type { InvocationState } from './invocation.ts'
import type { ShownInvocation } from './shown-invocation.ts'
import type { StartKind } from './timings.ts'

/** Which invocations are wanted; what is not given is of no matter. */
export interface InvocationFilter {
  functionName?: string
  /** Version or alias that was called; `$LATEST`: none was. */
  qualifier?: string
  /** That ran. */
  version?: string
  state?: InvocationState
  type?: ShownInvocation['type']
  /** What kind of cause it had, or the id of the trigger. */
  trigger?: string
  start?: StartKind
  /** `errorType` of what failed. */
  error?: string
  /** When it was made, both included. */
  fromMs?: number
  toMs?: number
}

export function isWanted(filter: InvocationFilter, invocation: ShownInvocation): boolean {
  const { qualifier = '$LATEST', version, state, type, start, errorType } = invocation
  const { kind, triggerId } = invocation.cause
  const of = { qualifier, version, state, type, start, error: errorType }
  for (const name of Object.keys(of) as (keyof typeof of)[]) {
    if (filter[name] !== undefined && filter[name] !== of[name]) return false
  }
  const { functionName, trigger, fromMs = 0, toMs = Number.POSITIVE_INFINITY } = filter
  if (functionName !== undefined && functionName !== invocation.functionName) return false
  if (trigger !== undefined && trigger !== kind && trigger !== triggerId) return false
  const createdAtMs = Date.parse(invocation.createdAt)
  return createdAtMs >= fromMs && createdAtMs <= toMs
}
