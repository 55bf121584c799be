import { Type } from 'typebox'
import { Arn, ATTACHED_MAX, Document, PolicyName, RoleName } from '../../core/access/role.ts'
import { AwsError } from './aws-error.ts'
import { isManagedByAws, pathOfPolicy, readPolicy } from './iam-policies.ts'
import { changeRole, readRole } from './iam-roles.ts'
import { closed, iamPage, noSuchEntity, PathPrefix, paging } from './iam-shapes.ts'
import { type Operations, operation } from './operation.ts'
import { checkPolicy, checkPolicySize, encodedPolicy } from './policy-document.ts'

/** IAM's own limit, of all together. */
const INLINE_POLICIES_MAX = 10_240

const inline = Type.Object({ RoleName, PolicyName }, closed)
const attachment = Type.Object({ RoleName, PolicyArn: Arn }, closed)

/** Policies of a role: within it (inline), and by their ARNs (attached). */
export const ROLE_POLICY_OPERATIONS: Operations = {
  PutRolePolicy: operation(
    Type.Object({ RoleName, PolicyName, PolicyDocument: Document }, closed),
    async ({ RoleName, PolicyName, PolicyDocument }, { parts }) => {
      checkPolicy(PolicyDocument, 'identity')
      await changeRole(parts, RoleName, (role) => {
        const inlinePolicies = { ...role.inlinePolicies, [PolicyName]: PolicyDocument }
        checkInlinePoliciesSize(inlinePolicies)
        return { ...role, inlinePolicies }
      })
    },
  ),

  GetRolePolicy: operation(inline, async ({ RoleName, PolicyName }, { parts }) => {
    const { inlinePolicies } = await readRole(parts, RoleName)
    const document = Object.hasOwn(inlinePolicies, PolicyName) && inlinePolicies[PolicyName]
    if (!document) throw noInlinePolicy(PolicyName)
    return { RoleName, PolicyName, PolicyDocument: encodedPolicy(document) }
  }),

  ListRolePolicies: operation(
    Type.Object({ RoleName, ...paging }, closed),
    async ({ RoleName, ...page }, { parts }) => {
      const names = Object.keys((await readRole(parts, RoleName)).inlinePolicies).sort()
      const { items, ends } = iamPage(names, (name) => name, page)
      return { PolicyNames: items, ...ends }
    },
  ),

  DeleteRolePolicy: operation(inline, async ({ RoleName, PolicyName }, { parts }) => {
    await changeRole(parts, RoleName, (role) => {
      if (!Object.hasOwn(role.inlinePolicies, PolicyName)) throw noInlinePolicy(PolicyName)
      const { [PolicyName]: _gone, ...inlinePolicies } = role.inlinePolicies
      return { ...role, inlinePolicies }
    })
  }),

  AttachRolePolicy: operation(attachment, async ({ RoleName, PolicyArn }, { parts }) => {
    if (!isManagedByAws(PolicyArn)) await readPolicy(parts, PolicyArn)
    await changeRole(parts, RoleName, (role) => {
      const attached = new Set([...role.attachedPolicies, PolicyArn])
      if (attached.size > ATTACHED_MAX) {
        const message = `Cannot exceed quota for PoliciesPerRole: ${ATTACHED_MAX}`
        throw new AwsError('LimitExceeded', message, 409)
      }
      return { ...role, attachedPolicies: [...attached].sort() }
    })
  }),

  DetachRolePolicy: operation(attachment, async ({ RoleName, PolicyArn }, { parts }) => {
    await changeRole(parts, RoleName, (role) => {
      if (!role.attachedPolicies.includes(PolicyArn)) {
        throw noSuchEntity(`Policy ${PolicyArn} was not found.`)
      }
      const attachedPolicies = role.attachedPolicies.filter((arn) => arn !== PolicyArn)
      return { ...role, attachedPolicies }
    })
  }),

  ListAttachedRolePolicies: operation(
    Type.Object({ RoleName, PathPrefix: Type.Optional(PathPrefix), ...paging }, closed),
    async ({ RoleName, PathPrefix = '/', ...page }, { parts }) => {
      const { attachedPolicies } = await readRole(parts, RoleName)
      const wanted = attachedPolicies.filter((arn) => pathOfPolicy(arn).startsWith(PathPrefix))
      const { items, ends } = iamPage(wanted, (arn) => arn, page)
      const AttachedPolicies = items.map((PolicyArn) => ({
        PolicyName: PolicyArn.slice(PolicyArn.lastIndexOf('/') + 1),
        PolicyArn,
      }))
      return { AttachedPolicies, ...ends }
    },
  ),
}

/** Throws LimitExceeded. */
export function checkInlinePoliciesSize(inlinePolicies: Record<string, string>): void {
  const quota = 'InlinePolicySizePerRole'
  checkPolicySize(Object.values(inlinePolicies), quota, INLINE_POLICIES_MAX)
}

function noInlinePolicy(name: string): AwsError {
  return noSuchEntity(`The role policy with name ${name} cannot be found.`)
}
