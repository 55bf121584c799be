import { createHash } from 'node:crypto'
import { type Static, Type } from 'typebox'
import {
  Arn,
  Description,
  Document,
  Path,
  type Policy,
  PolicyName,
} from '../../core/access/role.ts'
import type { GatewayParts } from '../parts.ts'
import { AwsError } from './aws-error.ts'
import {
  closed,
  iamArn,
  iamPage,
  newId,
  noSuchEntity,
  PathPrefix,
  paging,
  TagKeys,
  TagList,
  tagged,
  tagList,
  untagged,
} from './iam-shapes.ts'
import { type Operations, operation } from './operation.ts'
import { checkPolicy, checkPolicySize } from './policy-document.ts'

/** IAM's own limit. */
const DOCUMENT_MAX = 6144

const ofPolicy = Type.Object({ PolicyArn: Arn }, closed)
const listOfPolicy = Type.Object({ PolicyArn: Arn, ...paging }, closed)
const NewPolicy = Type.Object(
  {
    PolicyName,
    PolicyDocument: Document,
    Path: Type.Optional(Path),
    Description: Type.Optional(Description),
    Tags: Type.Optional(TagList),
  },
  closed,
)
const ListPolicies = Type.Object(
  {
    Scope: Type.Optional(Type.Enum(['All', 'AWS', 'Local'])),
    OnlyAttached: Type.Optional(Type.Boolean()),
    PathPrefix: Type.Optional(PathPrefix),
    PolicyUsageFilter: Type.Optional(Type.Enum(['PermissionsPolicy', 'PermissionsBoundary'])),
    ...paging,
  },
  closed,
)

/** Managed policies: kept as they are set, told again, never enforced. */
export const POLICY_OPERATIONS: Operations = {
  CreatePolicy: operation(NewPolicy, async (input, { parts }) => {
    const policy = newPolicy(input)
    await parts.roles.policies.change(policy.arn, (current) => {
      if (!current) return policy
      const message = `A policy called ${policy.name} already exists. Duplicate names are not allowed.`
      throw new AwsError('EntityAlreadyExists', message, 409)
    })
    return { Policy: shown(policy, 0) }
  }),

  GetPolicy: operation(ofPolicy, async ({ PolicyArn }, { parts }) => {
    const policy = isManagedByAws(PolicyArn)
      ? policyOfAws(PolicyArn)
      : await readPolicy(parts, PolicyArn)
    return { Policy: shown(policy, await attachments(parts, PolicyArn)) }
  }),

  ListPolicies: operation(ListPolicies, async (input, { parts }) => {
    const { Scope = 'All', OnlyAttached = false, PathPrefix = '/', PolicyUsageFilter } = input
    const own = Scope === 'AWS' || PolicyUsageFilter === 'PermissionsBoundary' ? [] : 'all'
    const policies = own === 'all' ? await parts.roles.policies.list() : own
    const roles = await parts.roles.roles.list()
    const counts = new Map<string, number>()
    for (const arn of roles.flatMap(({ attachedPolicies }) => attachedPolicies)) {
      counts.set(arn, (counts.get(arn) ?? 0) + 1)
    }
    const wanted = policies.filter(
      ({ arn, path }) => path.startsWith(PathPrefix) && (!OnlyAttached || counts.has(arn)),
    )
    const { items, ends } = iamPage(wanted, ({ arn }) => arn, input)
    return { Policies: items.map((policy) => shown(policy, counts.get(policy.arn) ?? 0)), ...ends }
  }),

  DeletePolicy: operation(ofPolicy, async ({ PolicyArn }, { parts }) => {
    if ((await attachments(parts, PolicyArn)) > 0) {
      throw conflict('Cannot delete a policy attached to entities.')
    }
    await parts.roles.policies.change(PolicyArn, (policy) => {
      if (!policy) throw noPolicy(PolicyArn)
      if (policy.versions.length === 1) return undefined
      throw conflict('This policy has more than one version. Delete all of them but the default.')
    })
  }),

  TagPolicy: operation(
    Type.Object({ PolicyArn: Arn, Tags: TagList }, closed),
    async ({ PolicyArn, Tags }, { parts }) => {
      await changePolicy(parts, PolicyArn, (policy) => ({
        ...policy,
        tags: tagged(policy.tags, Tags),
      }))
    },
  ),

  UntagPolicy: operation(
    Type.Object({ PolicyArn: Arn, TagKeys }, closed),
    async ({ PolicyArn, TagKeys }, { parts }) => {
      await changePolicy(parts, PolicyArn, (policy) => ({
        ...policy,
        tags: untagged(policy.tags, TagKeys),
      }))
    },
  ),

  ListPolicyTags: operation(listOfPolicy, async ({ PolicyArn }, { parts }) => ({
    Tags: tagList((await readPolicy(parts, PolicyArn)).tags),
    IsTruncated: false,
  })),
}

/** AWS's own policies may be attached, all of them: `arn:aws:iam::aws:policy/…`. */
export function isManagedByAws(arn: string): boolean {
  return arn.startsWith('arn:aws:iam::aws:policy/')
}

/** `/` or `/a/b/`, of the policy with this ARN. */
export function pathOfPolicy(arn: string): string {
  return arn.slice(arn.indexOf('/'), arn.lastIndexOf('/') + 1)
}

/** Throws NoSuchEntity. */
export async function readPolicy({ roles }: GatewayParts, arn: string): Promise<Policy> {
  const policy = await roles.policies.read(arn)
  if (!policy) throw noPolicy(arn)
  return policy
}

/** Throws NoSuchEntity. */
export async function changePolicy(
  { roles }: GatewayParts,
  arn: string,
  make: (policy: Policy) => Policy,
): Promise<Policy> {
  const { after } = await roles.policies.change(arn, (policy) => {
    if (!policy) throw noPolicy(arn)
    return { ...make(policy), updatedAt: new Date().toISOString() }
  })
  return after as Policy
}

function newPolicy(input: Static<typeof NewPolicy>): Policy {
  const { PolicyName: name, Path: path = '/', PolicyDocument: document } = input
  checkDocument(document)
  const createdAt = new Date().toISOString()
  return {
    name,
    id: newId('ANPA'),
    arn: iamArn('policy', path, name),
    path,
    createdAt,
    updatedAt: createdAt,
    description: input.Description,
    tags: tagged({}, input.Tags),
    versions: [{ id: 'v1', createdAt, document }],
    defaultVersionId: 'v1',
    lastVersion: 1,
  }
}

function policyOfAws(arn: string): Policy {
  const createdAt = new Date(0).toISOString()
  const id = createHash('sha256').update(arn).digest('hex').slice(0, 17).toUpperCase()
  return {
    name: arn.slice(arn.lastIndexOf('/') + 1),
    id: `ANPA${id}`,
    arn,
    path: pathOfPolicy(arn),
    createdAt,
    updatedAt: createdAt,
    tags: {},
    versions: [],
    defaultVersionId: 'v1',
    lastVersion: 1,
  }
}

/** Throws MalformedPolicyDocument, LimitExceeded. */
export function checkDocument(document: string): void {
  checkPolicy(document, 'identity')
  checkPolicySize([document], 'PolicySize', DOCUMENT_MAX)
}

/** How many roles the policy is attached to. */
async function attachments({ roles }: GatewayParts, arn: string): Promise<number> {
  const all = await roles.roles.list()
  return all.filter(({ attachedPolicies }) => attachedPolicies.includes(arn)).length
}

/** As IAM answers a policy. */
function shown(policy: Policy, attachmentCount: number) {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersionId,
    AttachmentCount: attachmentCount,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    Description: policy.description,
    CreateDate: new Date(policy.createdAt),
    UpdateDate: new Date(policy.updatedAt),
    Tags: tagList(policy.tags),
  }
}

function noPolicy(arn: string): AwsError {
  return noSuchEntity(`Policy ${arn} was not found.`)
}

export function conflict(message: string): AwsError {
  return new AwsError('DeleteConflict', message, 409)
}
