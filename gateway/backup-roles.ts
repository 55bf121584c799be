import { Policy, Role } from '../core/access/role.ts'
import type { BackupManifest } from '../core/functions/backup.ts'
import { checkDocument } from './aws/iam-policies.ts'
import { checkInlinePoliciesSize } from './aws/iam-role-policies.ts'
import { checkTrustPolicy } from './aws/iam-roles.ts'
import { iamArn } from './aws/iam-shapes.ts'
import { checkPolicy as checkGrammar } from './aws/policy-document.ts'
import { attempt, label, refuseBackup, requireDistinct, validator } from './backup-check.ts'

const checkRole = validator(Role)
const checkPolicy = validator(Policy)

/** Checks the roles of a backup: policies that one has may be missing, as they may be on AWS. Throws InvalidBackup. */
export function checkRoles({ roles }: BackupManifest): void {
  for (const role of roles) {
    const what = label('role', role.name)
    checkRole(role, what)
    const { arn, path, name, trustPolicy, inlinePolicies } = role
    if (arn !== iamArn('role', path, name)) refuseBackup(`${what}: "arn" is of another role`)
    attempt(what, () => checkTrustPolicy(trustPolicy))
    for (const [policy, document] of Object.entries(inlinePolicies)) {
      attempt(`${label('policy', policy)} of ${what}`, () => checkGrammar(document, 'identity'))
    }
    attempt(what, () => checkInlinePoliciesSize(inlinePolicies))
  }
  requireDistinct(roles.map(({ name }) => label('role', name)))
}

/** Checks the managed policies of a backup. Throws InvalidBackup. */
export function checkPolicies({ policies }: BackupManifest): void {
  for (const policy of policies) {
    const what = label('policy', policy.arn)
    checkPolicy(policy, what)
    const { arn, path, name } = policy
    if (arn !== iamArn('policy', path, name)) refuseBackup(`${what}: "arn" is of another policy`)
    checkVersions(policy, what)
  }
  requireDistinct(policies.map(({ arn }) => label('policy', arn)))
}

function checkVersions({ versions, defaultVersionId, lastVersion }: Policy, what: string): void {
  for (const { id, document } of versions) {
    const whose = `version ${id} of ${what}`
    if (Number(id.slice(1)) > lastVersion) refuseBackup(`${whose} is newer than "lastVersion"`)
    attempt(whose, () => checkDocument(document))
  }
  requireDistinct(versions.map(({ id }) => `version ${id} of ${what}`))
  if (!versions.some(({ id }) => id === defaultVersionId)) {
    refuseBackup(`${what}: its default version ${defaultVersionId} is missing`)
  }
}
