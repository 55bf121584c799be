import type { FunctionDefinition } from '../../core/functions/function.ts'
import type { EndedInvocation } from '../../core/invocations/invocation-tally.ts'

/**
 * Who hears of each invocation that has run in the pool, or failed as its function could not be loaded.
 * Called on the way of every invocation: it neither waits nor throws.
 */
export interface InvocationRecorder {
  ended(definition: FunctionDefinition, invocation: EndedInvocation): void
}
