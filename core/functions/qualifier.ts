import { Type } from 'typebox'
import { NOT_A_KEY } from '../identifiers.ts'

/** The current state of a function, as a qualifier. */
export const LATEST = '$LATEST'

const NUMBER = '[1-9][0-9]{0,9}'
const ALIAS = `${NOT_A_KEY}(?![0-9]+$)[a-zA-Z0-9-_]{1,128}`

export const VersionNumber = Type.String({
  pattern: `^${NUMBER}$`,
  description: 'Number of a published version',
})

export const AliasName = Type.String({
  pattern: `^${ALIAS}$`,
  description: 'Letters, digits, "-" and "_", at most 128, and not digits alone',
})

export const Qualifier = Type.String({
  pattern: `^(?:\\$LATEST|${NUMBER}|${ALIAS})$`,
  description: 'A published version, an alias, or $LATEST',
})

/**
 * What is invoked, as one word: a function's name for its current state, `name:qualifier` for a
 * version or an alias. No name has a colon.
 */
export const Target = Type.String({
  pattern: `^${NOT_A_KEY}[a-zA-Z0-9-_]{1,64}(?::(?:${NUMBER}|${ALIAS}))?$`,
  description: 'A function’s name, or name:qualifier',
})

export function targetOf(functionName: string, qualifier?: string): string {
  if (qualifier === undefined || qualifier === LATEST) return functionName
  return `${functionName}:${qualifier}`
}

/** The qualifier is absent where the current state is meant. */
export function splitTarget(target: string): { functionName: string; qualifier?: string } {
  const at = target.indexOf(':')
  if (at < 0) return { functionName: target }
  return { functionName: target.slice(0, at), qualifier: target.slice(at + 1) }
}

export function isAliasName(qualifier: string | undefined): qualifier is string {
  return qualifier !== undefined && qualifier !== LATEST && !isVersionNumber(qualifier)
}

export function isVersionNumber(qualifier: string): boolean {
  return /^\d+$/.test(qualifier)
}
