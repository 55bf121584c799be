import { randomUUID } from 'node:crypto'
import { Type } from 'typebox'
import { HearthError } from '../../../core/errors.ts'
import type { PolicyStatement, ResourcePolicy } from '../../../core/functions/attachment.ts'
import { functionArn } from '../../../core/functions/function.ts'
import { isAliasName, LATEST, targetOf } from '../../../core/functions/qualifier.ts'
import { readAlias } from '../../functions/aliases.ts'
import { type FunctionReference, readReference } from '../function-reference.ts'
import { invalidParameter, noSuchResource } from '../lambda-error.ts'
import { LongFunctionReference, o, QualifierMember, query, text } from '../members.ts'
import { type OperationCall, operation } from '../operation.ts'
import { statementOf } from '../policy-statement.ts'
import { policyText, withoutStatement, withStatement } from '../resource-policy.ts'

const POLICY = '/2015-03-31/functions/:FunctionName/policy'

const Of = { FunctionName: LongFunctionReference, Qualifier: o(QualifierMember) }

const add = operation({
  name: 'AddPermission',
  route: `POST ${POLICY}`,
  status: 201,
  input: Type.Object({
    ...Of,
    StatementId: text('([a-zA-Z0-9-_]+)', { minLength: 1, maxLength: 100 }),
    Action: text('(lambda:[*]|lambda:[a-zA-Z]+|[*])'),
    Principal: text('[^\\s]+'),
    SourceArn: o(
      text(
        'arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)',
      ),
    ),
    SourceAccount: o(text('\\d{12}', { maxLength: 12 })),
    EventSourceToken: o(text('[a-zA-Z0-9._\\-]+', { maxLength: 256 })),
    PrincipalOrgID: o(text('o-[a-z0-9]{10,32}', { minLength: 12, maxLength: 34 })),
    FunctionUrlAuthType: o(Type.Enum(['NONE', 'AWS_IAM'])),
    InvokedViaFunctionUrl: o(Type.Boolean()),
    RevisionId: o(Type.String()),
  }),
  async run(call, input) {
    const of = ownerOf(input)
    const statement = statementOf(input, arnOf(of))
    const { RevisionId: expected } = input
    await change(call, { of, expected }, (known) => withStatement(known, statement))
    return { Statement: JSON.stringify(statement) }
  },
})

const get = operation({
  name: 'GetPolicy',
  route: `GET ${POLICY}`,
  status: 200,
  input: Type.Object(Of),
  async run(call, input) {
    const of = ownerOf(input)
    const policy = await read(call, of)
    if (policy && policy.statements.length > 0) {
      return { Policy: policyText(policy.statements), RevisionId: policy.revisionId }
    }
    await revisionOf(call, of)
    throw noSuchResource()
  },
})

const remove = operation({
  name: 'RemovePermission',
  route: `DELETE ${POLICY}/:StatementId`,
  status: 204,
  input: Type.Object({
    ...Of,
    StatementId: text('([a-zA-Z0-9-_.]+)', { minLength: 1, maxLength: 100 }),
    RevisionId: o(query(Type.String())),
  }),
  async run(call, input) {
    const { StatementId: sid, RevisionId: expected } = input
    const of = ownerOf(input)
    await change(call, { of, expected }, (known) => withoutStatement(known, sid))
    return undefined
  },
})

/** Of what a policy is: the function, a version or an alias. Throws InvalidParameterValueException. */
function ownerOf(input: { FunctionName: string; Qualifier?: string }): FunctionReference {
  const reference = readReference(input)
  if (reference.qualifier?.startsWith(LATEST)) {
    throw invalidParameter('We currently do not support adding policies for $LATEST.')
  }
  return reference
}

function arnOf({ functionName, qualifier }: FunctionReference): string {
  return functionArn(targetOf(functionName, qualifier))
}

function read(
  { parts }: OperationCall,
  of: FunctionReference,
): Promise<ResourcePolicy | undefined> {
  return parts.attachments.read({ ...of, kind: 'policy' })
}

/** Of the function, version or alias itself. Throws where it is not there. */
async function revisionOf(
  { parts }: OperationCall,
  { functionName, qualifier }: FunctionReference,
): Promise<string> {
  const owner = isAliasName(qualifier)
    ? await readAlias(parts, functionName, qualifier)
    : await parts.functions.read(functionName, qualifier)
  return owner.revisionId
}

/**
 * Replaces the statements whole, on what is there in that moment. What has no statements left
 * stays as an empty policy: taken away, it could take another's new statement with it.
 */
async function change(
  call: OperationCall,
  { of, expected }: { of: FunctionReference; expected: string | undefined },
  apply: (statements: PolicyStatement[]) => PolicyStatement[],
): Promise<void> {
  await call.parts.attachments.change({ ...of, kind: 'policy' }, async (current) => {
    // Who has read no policy yet knows the revision of the function.
    const revisionId = current?.revisionId ?? (await revisionOf(call, of))
    if (expected !== undefined && expected !== revisionId) throw new HearthError('RevisionMismatch')
    return { revisionId: randomUUID(), statements: apply(current?.statements ?? []) }
  })
}

export const PERMISSION_OPERATIONS = [add, get, remove]
