import { randomUUID } from 'node:crypto'
import { Type } from 'typebox'
import type { PolicyStatement, ResourcePolicy } from '../../../core/functions/attachment.ts'
import { type LayerVersion, layerVersionArn } from '../../../core/functions/layer.ts'
import type { GatewayParts } from '../../parts.ts'
import { LambdaError } from '../lambda-error.ts'
import { LayerNameMember, LayerNumberMember, readLayerVersion } from '../layer-reference.ts'
import { o, query, text } from '../members.ts'
import { operation } from '../operation.ts'
import { noPolicy, policyText, withoutStatement, withStatement } from '../resource-policy.ts'

const POLICY = '/2018-10-31/layers/:LayerName/versions/:VersionNumber/policy'
const Named = { LayerName: LayerNameMember, VersionNumber: LayerNumberMember }
const StatementId = text('([a-zA-Z0-9-_]+)', { minLength: 1, maxLength: 100 })
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
    const { RevisionId: expected } = input
    let added: PolicyStatement | undefined
    const policy = await changePolicy(parts, { ...readLayerVersion(input), expected }, (layer) => {
      added = statementOf(input, layerVersionArn(layer))
      return withStatement(layer.policy?.statements ?? [], added)
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
    if (!policy) throw noPolicy()
    return { Policy: policyText(policy.statements), RevisionId: policy.revisionId }
  },
})

const remove = operation({
  name: 'RemoveLayerVersionPermission',
  route: `DELETE ${POLICY}/:StatementId`,
  status: 204,
  input: Type.Object({ ...Named, StatementId, RevisionId: o(query(Type.String())) }),
  async run({ parts }, input) {
    const { StatementId: id, RevisionId: expected } = input
    await changePolicy(parts, { ...readLayerVersion(input), expected }, ({ policy }) =>
      withoutStatement(policy?.statements ?? [], id),
    )
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
    const changed = policy ? { ...rest, policy } : rest
    if (await parts.layers.replace(layer, changed)) return policy
  }
  throw new LambdaError(
    'ResourceConflictException',
    `The operation cannot be performed at this time. An update is in progress for resource: ${layerVersionArn(of)}`,
  )
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

export const LAYER_PERMISSION_OPERATIONS = [add, get, remove]
