import type { FunctionDefinition } from '../core/functions/function.ts'
import { sandboxRevisionOf } from '../core/functions/function.ts'
import type { FunctionSecrets } from '../core/functions/secret.ts'

/** Stands between the revision of a state and that of the secrets; in neither of them. */
const MARK = '+'

/** A state as sandboxes know it that have got these secrets: other secrets want other sandboxes. */
export function withSecrets(
  definition: FunctionDefinition,
  { revision }: FunctionSecrets,
): FunctionDefinition {
  if (revision === undefined) return definition
  const sandboxRevisionId = `${sandboxRevisionOf(definition)}${MARK}${revision}`
  return { ...definition, sandboxRevisionId }
}

/** Whether the sandboxes of this state have got these secrets. */
export function hasSecrets(definition: FunctionDefinition, { revision }: FunctionSecrets): boolean {
  return sandboxRevisionOf(definition).split(MARK)[1] === revision
}
