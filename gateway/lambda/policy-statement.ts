import type { PolicyStatement } from '../../core/functions/attachment.ts'
import { invalidParameter } from './lambda-error.ts'

/** What AddPermission is asked for, apart from where. */
export interface Permission {
  StatementId: string
  Action: string
  Principal: string
  SourceArn?: string | undefined
  SourceAccount?: string | undefined
  EventSourceToken?: string | undefined
  PrincipalOrgID?: string | undefined
  FunctionUrlAuthType?: string | undefined
  InvokedViaFunctionUrl?: boolean | undefined
}

/**
 * The statement of a resource policy that a permission becomes, in the words by which tools find
 * theirs again. Throws InvalidParameterValueException.
 */
export function statementOf(permission: Permission, resource: string): PolicyStatement {
  const { StatementId: Sid, Action, FunctionUrlAuthType } = permission
  if (FunctionUrlAuthType !== undefined && Action !== 'lambda:InvokeFunctionUrl') {
    throw invalidParameter(
      'FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action',
    )
  }
  const Condition = conditionOf(permission)
  return {
    Sid,
    Effect: 'Allow',
    Principal: principalOf(permission.Principal),
    Action,
    Resource: resource,
    ...(Object.keys(Condition).length > 0 && { Condition }),
  }
}

const SERVICE = /^[a-z0-9][a-z0-9.-]*\.(?:amazonaws|amazon|aws)(?:\.com|\.internal)(?:\.cn)?$/i
const ACCOUNT = /^\d{12}$/
const IDENTITY = /^arn:aws[a-zA-Z-]*:(?:iam|sts)::(?:\d{12}|cloudfront):.+$/

function principalOf(principal: string): PolicyStatement['Principal'] {
  if (principal === '*') return '*'
  if (ACCOUNT.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` }
  if (IDENTITY.test(principal)) return { AWS: principal }
  if (SERVICE.test(principal)) return { Service: principal }
  throw invalidParameter(
    'The provided principal was invalid. Please check the principal and try again.',
  )
}

function conditionOf(permission: Permission): Record<string, Record<string, string>> {
  const { InvokedViaFunctionUrl: viaUrl } = permission
  const operators = {
    StringEquals: {
      'AWS:SourceAccount': permission.SourceAccount,
      'lambda:EventSourceToken': permission.EventSourceToken,
      'aws:PrincipalOrgID': permission.PrincipalOrgID,
      'lambda:FunctionUrlAuthType': permission.FunctionUrlAuthType,
    },
    ArnLike: { 'AWS:SourceArn': permission.SourceArn },
    Bool: { 'lambda:InvokedViaFunctionUrl': viaUrl === undefined ? undefined : String(viaUrl) },
  }
  const conditions: Record<string, Record<string, string>> = {}
  for (const [operator, keys] of Object.entries(operators)) {
    const given = Object.entries(keys).filter(([, value]) => value !== undefined)
    if (given.length > 0) conditions[operator] = Object.fromEntries(given) as Record<string, string>
  }
  return conditions
}
