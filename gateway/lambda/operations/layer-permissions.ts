import { randomUUID } from 'node:crypto'
import { Type } from 'typebox'
import type { PolicyStatement, ResourcePolicy } from '../../../core/functions/attachment.ts'
import { type LayerVersion, layerVersionArn } from '../../../core/functions/layer.ts'
import type { GatewayParts } from '../../parts.ts'
import { LambdaError } from '../lambda-error.ts'
import { LayerNameMember, LayerNumberMember, readLayerVersion } from '../layer-reference.ts'
import { o, query, text } from '../members.ts'
import { operation } from '../operation.ts'

const POLICY = '/2018-10-31/layers/:LayerName/versions/:VersionNumber/policy'
const Named = { LayerName: LayerNameMember, VersionNumber: LayerNumberMember }
const StatementId = text('([a-zA-Z0-9-_]+)', { minLength: 1, maxLength: 100 })
/** Lambda's: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const POLICY_BYTES_MAX = 20_480
/** Changes of one policy that collide are done again so often, each on what the other left. */
const TRIES = 10

const add = operation({
  name: 'AddLayerVersionPermission',
  route: `POST ${POLICY}`,
  status: 201,
  input: Type.Object({
    ...Named,
    StatementId,
    Action: text('lambda:GetLayerVersion', { maxLength: 22 }),
    Principal: text('\\d{12}|\\*|arn:(aws[a-zA-Z-]*):iam::\\d{12}:root'),
    OrganizationId: o(text('o-[a-z0-9]{10,32}', { maxLength: 34 })),
    RevisionId: o(query(Type.String())),
  }),
  async run({ parts }, input) {
    const { StatementId: id, RevisionId: expected } = input
    let added: PolicyStatement | undefined
    const policy = await changePolicy(parts, { ...readLayerVersion(input), expected }, (layer) => {
      const { statements = [] } = layer.policy ?? {}
      if (statements.some(({ Sid }) => Sid === id)) throw alreadyThere(id)
      added = statementOf(input, layerVersionArn(layer))
      return [...statements, added]
    })
    return { Statement: JSON.stringify(added), RevisionId: policy?.revisionId }
  },
})

const get = operation({
  name: 'GetLayerVersionPolicy',
  route: `GET ${POLICY}`,
  status: 200,
  input: Type.Object(Named),
  async run({ parts }, input) {
    const { name, version } = readLayerVersion(input)
    const { policy } = await parts.layers.read(name, version)
    if (!policy) throw notFound('No policy is associated with the given resource.')
    return { Policy: policyText(policy), RevisionId: policy.revisionId }
  },
})

const remove = operation({
  name: 'RemoveLayerVersionPermission',
  route: `DELETE ${POLICY}/:StatementId`,
  status: 204,
  input: Type.Object({ ...Named, StatementId, RevisionId: o(query(Type.String())) }),
  async run({ parts }, input) {
    const { StatementId: id, RevisionId: expected } = input
    await changePolicy(parts, { ...readLayerVersion(input), expected }, ({ policy }) => {
      const { statements = [] } = policy ?? {}
      const rest = statements.filter(({ Sid }) => Sid !== id)
      if (rest.length === statements.length) {
        throw notFound(`Statement ${id} is not found in resource policy.`)
      }
      return rest
    })
    return undefined
  },
})

/** A policy without statements is none. Throws what `make` throws, and where the revision is another. */
async function changePolicy(
  parts: GatewayParts,
  of: { name: string; version: number; expected: string | undefined },
  make: (layer: LayerVersion) => PolicyStatement[],
): Promise<ResourcePolicy | undefined> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const layer = await parts.layers.read(of.name, of.version)
    if (of.expected !== undefined && of.expected !== layer.policy?.revisionId) {
      throw new LambdaError(
        'PreconditionFailedException',
        'The Revision Id provided does not match the latest Revision Id. Call the GetLayerPolicy API to retrieve the latest Revision Id',
      )
    }
    const statements = make(layer)
    const { policy: _old, ...rest } = layer
    const policy = statements.length > 0 ? { revisionId: randomUUID(), statements } : undefined
    if (policy) refuseTooLong(policy)
    const changed = policy ? { ...rest, policy } : rest
    if (await parts.layers.replace(layer, changed)) return policy
  }
  throw new LambdaError(
    'ResourceConflictException',
    `The operation cannot be performed at this time. An update is in progress for resource: ${layerVersionArn(of)}`,
  )
}

function refuseTooLong(policy: ResourcePolicy): void {
  const bytes = Buffer.byteLength(policyText(policy))
  if (bytes <= POLICY_BYTES_MAX) return
  throw new LambdaError(
    'PolicyLengthExceededException',
    `The final policy size (${bytes}) is bigger than the limit (${POLICY_BYTES_MAX}).`,
  )
}

function policyText({ statements }: ResourcePolicy): string {
  return JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements })
}

function statementOf(
  input: { StatementId: string; Action: string; Principal: string; OrganizationId?: string },
  resource: string,
): PolicyStatement {
  const { StatementId: Sid, Action, Principal: given, OrganizationId } = input
  const account = /^\d{12}$/.test(given) ? `arn:aws:iam::${given}:root` : given
  return {
    Sid,
    Effect: 'Allow',
    Principal: given === '*' ? given : { AWS: account },
    Action,
    Resource: resource,
    ...(OrganizationId !== undefined && {
      Condition: { StringEquals: { 'aws:PrincipalOrgID': OrganizationId } },
    }),
  }
}

function alreadyThere(id: string): LambdaError {
  return new LambdaError(
    'ResourceConflictException',
    `The statement id (${id}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
  )
}

function notFound(message: string): LambdaError {
  return new LambdaError('ResourceNotFoundException', message)
}

export const LAYER_PERMISSION_OPERATIONS = [add, get, remove]
