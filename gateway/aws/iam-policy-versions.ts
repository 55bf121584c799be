import { Type } from 'typebox'
import {
  Arn,
  Document,
  POLICY_VERSIONS_MAX,
  type Policy,
  type PolicyVersion,
  PolicyVersionId as VersionId,
} from '../../core/access/role.ts'
import { AwsError } from './aws-error.ts'
import {
  changePolicy,
  checkDocument,
  conflict,
  isManagedByAws,
  readPolicy,
} from './iam-policies.ts'
import { closed, noSuchEntity, paging } from './iam-shapes.ts'
import { type Operations, operation } from './operation.ts'
import { encodedPolicy } from './policy-document.ts'

const ofVersion = Type.Object({ PolicyArn: Arn, VersionId }, closed)
const listOfPolicy = Type.Object({ PolicyArn: Arn, ...paging }, closed)

/** Versions of managed policies. */
export const POLICY_VERSION_OPERATIONS: Operations = {
  CreatePolicyVersion: operation(
    Type.Object(
      { PolicyArn: Arn, PolicyDocument: Document, SetAsDefault: Type.Optional(Type.Boolean()) },
      closed,
    ),
    async ({ PolicyArn, PolicyDocument: document, SetAsDefault = false }, { parts }) => {
      checkDocument(document)
      const policy = await changePolicy(parts, PolicyArn, (current) => {
        if (current.versions.length >= POLICY_VERSIONS_MAX) {
          const message = `A managed policy can have up to ${POLICY_VERSIONS_MAX} versions.`
          throw new AwsError('LimitExceeded', message, 409)
        }
        const lastVersion = current.lastVersion + 1
        const made = { id: `v${lastVersion}`, createdAt: new Date().toISOString(), document }
        const defaultVersionId = SetAsDefault ? made.id : current.defaultVersionId
        return { ...current, lastVersion, defaultVersionId, versions: [...current.versions, made] }
      })
      const { Document: _document, ...version } = shownVersion(
        policy,
        policy.versions.at(-1) as PolicyVersion,
      )
      return { PolicyVersion: version }
    },
  ),

  GetPolicyVersion: operation(ofVersion, async ({ PolicyArn, VersionId }, { parts }) => {
    if (isManagedByAws(PolicyArn)) {
      throw noSuchEntity(`The documents of AWS's own policies are not kept here: ${PolicyArn}.`)
    }
    const policy = await readPolicy(parts, PolicyArn)
    return { PolicyVersion: shownVersion(policy, versionOf(policy, VersionId)) }
  }),

  ListPolicyVersions: operation(listOfPolicy, async ({ PolicyArn }, { parts }) => {
    const policy = await readPolicy(parts, PolicyArn)
    const newestFirst = [...policy.versions].reverse()
    const Versions = newestFirst.map((version) => {
      const { Document: _document, ...rest } = shownVersion(policy, version)
      return rest
    })
    return { Versions, IsTruncated: false }
  }),

  SetDefaultPolicyVersion: operation(ofVersion, async ({ PolicyArn, VersionId }, { parts }) => {
    await changePolicy(parts, PolicyArn, (policy) => ({
      ...policy,
      defaultVersionId: versionOf(policy, VersionId).id,
    }))
  }),

  DeletePolicyVersion: operation(ofVersion, async ({ PolicyArn, VersionId }, { parts }) => {
    await changePolicy(parts, PolicyArn, (policy) => {
      const { id } = versionOf(policy, VersionId)
      if (id === policy.defaultVersionId) {
        throw conflict('Cannot delete the default version of a policy.')
      }
      return { ...policy, versions: policy.versions.filter((version) => version.id !== id) }
    })
  }),
}

function versionOf({ arn, versions }: Policy, id: string): PolicyVersion {
  const found = versions.find((version) => version.id === id)
  if (!found) throw noSuchEntity(`Policy ${arn} version ${id} does not exist or is not attachable.`)
  return found
}

/** As IAM answers a version. */
function shownVersion({ defaultVersionId }: Policy, { id, createdAt, document }: PolicyVersion) {
  return {
    Document: encodedPolicy(document),
    VersionId: id,
    IsDefaultVersion: id === defaultVersionId,
    CreateDate: new Date(createdAt),
  }
}
