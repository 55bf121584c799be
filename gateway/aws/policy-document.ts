import { isTooDeep } from '../../core/json-depth.ts'
import { AwsError } from './aws-error.ts'

type Statement = Record<string, unknown>

const EFFECTS: readonly unknown[] = ['Allow', 'Deny']

/**
 * Checks the grammar of a policy as far as IAM does when it takes one: a trust policy says who may
 * have a role, an identity policy what may be done with what. Throws MalformedPolicyDocument.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function checkPolicy(document: string, kind: 'trust' | 'identity'): void {
  const policy = parsed(document)
  const statements = [policy.Statement].flat()
  if (statements.length === 0) refuse('Syntax errors in policy.')
  for (const statement of statements) {
    if (!isObject(statement)) refuse('Syntax errors in policy.')
    checkStatement(statement, kind)
  }
}

function checkStatement(statement: Statement, kind: 'trust' | 'identity'): void {
  if (!EFFECTS.includes(statement.Effect)) refuse('Syntax errors in policy.')
  if (!has(statement, 'Action', 'NotAction')) refuse('Policy statement must contain actions.')
  if (kind === 'trust') {
    if (has(statement, 'Resource', 'NotResource')) refuse('Has prohibited field Resource')
    if (!has(statement, 'Principal', 'NotPrincipal')) refuse('Missing required field Principal')
    return
  }
  if (has(statement, 'Principal', 'NotPrincipal')) {
    refuse('Policy document should not specify a principal.')
  }
  if (!has(statement, 'Resource', 'NotResource')) refuse('Policy statement must contain resources.')
}

function parsed(document: string): Statement {
  let policy: unknown
  try {
    if (!isTooDeep(Buffer.from(document))) policy = JSON.parse(document)
  } catch {
    // Nothing is parsed: told below.
  }
  if (policy === undefined) refuse('This policy contains invalid Json')
  if (!isObject(policy)) refuse('Syntax errors in policy.')
  return policy
}

function has(statement: Statement, ...names: string[]): boolean {
  return names.some((name) => Object.hasOwn(statement, name))
}

function isObject(value: unknown): value is Statement {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refuse(reason: string): never {
  throw new AwsError('MalformedPolicyDocument', reason)
}

/** Throws LimitExceeded. White space does not count, as in IAM. */
export function checkPolicySize(documents: readonly string[], quota: string, max: number): void {
  const size = documents.reduce((sum, text) => sum + text.replace(/\s/g, '').length, 0)
  if (size > max)
    throw new AwsError('LimitExceeded', `Cannot exceed quota for ${quota}: ${max}`, 409)
}

/** IAM answers documents percent-encoded, as RFC 3986 has it. */
export function encodedPolicy(document: string): string {
  const byte = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  return encodeURIComponent(document).replace(/[!'()*]/g, byte)
}
