import { type Static, Type } from 'typebox'
import {
  Arn,
  Description,
  Document,
  Path,
  type Role,
  RoleName,
  SessionSeconds,
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
import { checkPolicy, checkPolicySize, encodedPolicy } from './policy-document.ts'

/** IAM's own limit, raised as far as it can be. */
const TRUST_POLICY_MAX = 4096

const ofRole = Type.Object({ RoleName }, closed)
const listOfRole = Type.Object({ RoleName, ...paging }, closed)
const NewRole = Type.Object(
  {
    RoleName,
    AssumeRolePolicyDocument: Document,
    Path: Type.Optional(Path),
    Description: Type.Optional(Description),
    MaxSessionDuration: Type.Optional(SessionSeconds),
    PermissionsBoundary: Type.Optional(Arn),
    Tags: Type.Optional(TagList),
  },
  closed,
)

/** Roles themselves: kept as they are set, told again, never enforced. */
export const ROLE_OPERATIONS: Operations = {
  CreateRole: operation(NewRole, async (input, { parts }) => {
    const role = newRole(input)
    await parts.roles.roles.change(role.name, (current) => {
      if (!current) return role
      const message = `Role with name ${role.name} already exists.`
      throw new AwsError('EntityAlreadyExists', message, 409)
    })
    return { Role: shown(role) }
  }),

  GetRole: operation(ofRole, async ({ RoleName }, { parts }) => ({
    Role: { ...shown(await readRole(parts, RoleName)), RoleLastUsed: {} },
  })),

  ListRoles: operation(
    Type.Object({ PathPrefix: Type.Optional(PathPrefix), ...paging }, closed),
    async ({ PathPrefix = '/', ...page }, { parts }) => {
      const roles = (await parts.roles.roles.list()).filter(({ path }) =>
        path.startsWith(PathPrefix),
      )
      const { items, ends } = iamPage(roles, ({ name }) => name, page)
      return { Roles: items.map(shown), ...ends }
    },
  ),

  UpdateRole: operation(
    Type.Object(
      {
        RoleName,
        Description: Type.Optional(Description),
        MaxSessionDuration: Type.Optional(SessionSeconds),
      },
      closed,
    ),
    async ({ RoleName, Description, MaxSessionDuration }, { parts }) => {
      await changeRole(parts, RoleName, (role) => ({
        ...role,
        description: Description ?? role.description,
        maxSessionSeconds: MaxSessionDuration ?? role.maxSessionSeconds,
      }))
      return {}
    },
  ),

  UpdateRoleDescription: operation(
    Type.Object({ RoleName, Description }, closed),
    async ({ RoleName, Description: description }, { parts }) => ({
      Role: shown(await changeRole(parts, RoleName, (role) => ({ ...role, description }))),
    }),
  ),

  UpdateAssumeRolePolicy: operation(
    Type.Object({ RoleName, PolicyDocument: Document }, closed),
    async ({ RoleName, PolicyDocument: trustPolicy }, { parts }) => {
      checkTrustPolicy(trustPolicy)
      await changeRole(parts, RoleName, (role) => ({ ...role, trustPolicy }))
    },
  ),

  DeleteRole: operation(ofRole, async ({ RoleName }, { parts }) => {
    await parts.roles.roles.change(RoleName, (role) => {
      if (!role) throw noRole(RoleName)
      if (role.attachedPolicies.length > 0) throw conflict('must detach all policies first')
      if (Object.keys(role.inlinePolicies).length > 0) throw conflict('must delete policies first')
      return undefined
    })
  }),

  TagRole: operation(
    Type.Object({ RoleName, Tags: TagList }, closed),
    async ({ RoleName, Tags }, { parts }) => {
      await changeRole(parts, RoleName, (role) => ({ ...role, tags: tagged(role.tags, Tags) }))
    },
  ),

  UntagRole: operation(
    Type.Object({ RoleName, TagKeys }, closed),
    async ({ RoleName, TagKeys }, { parts }) => {
      await changeRole(parts, RoleName, (role) => ({ ...role, tags: untagged(role.tags, TagKeys) }))
    },
  ),

  ListRoleTags: operation(listOfRole, async ({ RoleName, ...page }, { parts }) => {
    const tags = tagList((await readRole(parts, RoleName)).tags).sort(byKey)
    const { items, ends } = iamPage(tags, ({ Key }) => Key, page)
    return { Tags: items, ...ends }
  }),

  ListInstanceProfilesForRole: operation(listOfRole, async ({ RoleName }, { parts }) => {
    await readRole(parts, RoleName)
    return { InstanceProfiles: [], IsTruncated: false }
  }),
}

/** Throws NoSuchEntity. */
export async function readRole({ roles }: GatewayParts, name: string): Promise<Role> {
  const role = await roles.roles.read(name)
  if (!role) throw noRole(name)
  return role
}

/** Throws NoSuchEntity. */
export async function changeRole(
  { roles }: GatewayParts,
  name: string,
  make: (role: Role) => Role,
): Promise<Role> {
  const { after } = await roles.roles.change(name, (role) => {
    if (!role) throw noRole(name)
    return make(role)
  })
  return after as Role
}

function newRole(input: Static<typeof NewRole>): Role {
  checkTrustPolicy(input.AssumeRolePolicyDocument)
  const { RoleName: name, Path: path = '/' } = input
  return {
    name,
    id: newId('AROA'),
    arn: iamArn('role', path, name),
    path,
    createdAt: new Date().toISOString(),
    trustPolicy: input.AssumeRolePolicyDocument,
    description: input.Description,
    maxSessionSeconds: input.MaxSessionDuration ?? 3600,
    permissionsBoundary: input.PermissionsBoundary,
    tags: tagged({}, input.Tags),
    inlinePolicies: {},
    attachedPolicies: [],
  }
}

/** Throws MalformedPolicyDocument, LimitExceeded. */
export function checkTrustPolicy(document: string): void {
  checkPolicy(document, 'trust')
  checkPolicySize([document], 'ACLSizePerRole', TRUST_POLICY_MAX)
}

/** As IAM answers a role. */
function shown(role: Role) {
  const { permissionsBoundary } = role
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: encodedPolicy(role.trustPolicy),
    Description: role.description,
    MaxSessionDuration: role.maxSessionSeconds,
    PermissionsBoundary: permissionsBoundary && {
      PermissionsBoundaryType: 'Policy',
      PermissionsBoundaryArn: permissionsBoundary,
    },
    Tags: tagList(role.tags),
  }
}

function byKey(a: { Key: string }, b: { Key: string }): number {
  return a.Key < b.Key ? -1 : 1
}

function noRole(name: string): AwsError {
  return noSuchEntity(`The role with name ${name} cannot be found.`)
}

function conflict(reason: string): AwsError {
  return new AwsError('DeleteConflict', `Cannot delete entity, ${reason}.`, 409)
}
