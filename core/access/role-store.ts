import { keys } from '../keys.ts'
import { RecordHash } from '../redis/record-hash.ts'
import type { Redis } from '../redis/redis.ts'

/** IAM's own limit. */
const ROLES_MAX = 1000
/** A third of IAM's own limit. */
const POLICIES_MAX = 500

/** Key → value, as IAM's tags. */
export type Tags = Record<string, string>

/** A role as deployment tools set it: kept, told again, never enforced. */
export interface Role {
  name: string
  id: string
  arn: string
  path: string
  createdAt: string
  /** JSON, as it was given. */
  trustPolicy: string
  description?: string | undefined
  maxSessionSeconds: number
  permissionsBoundary?: string | undefined
  tags: Tags
  /** Name → document as JSON, as it was given. */
  inlinePolicies: Record<string, string>
  /** ARNs. */
  attachedPolicies: string[]
}

/** A managed policy. */
export interface Policy {
  name: string
  id: string
  arn: string
  path: string
  createdAt: string
  updatedAt: string
  description?: string | undefined
  tags: Tags
  /** Oldest first, at most five. */
  versions: PolicyVersion[]
  defaultVersionId: string
  /** Number of the last version that was made, deleted ones included. */
  lastVersion: number
}

export interface PolicyVersion {
  /** `v1`, `v2`, … */
  id: string
  createdAt: string
  /** JSON, as it was given. */
  document: string
}

/** What deployment tools make of IAM. */
export class RoleStore {
  /** By name. */
  readonly roles: RecordHash<Role>
  /** By ARN. */
  readonly policies: RecordHash<Policy>

  constructor(redis: Redis) {
    this.roles = new RecordHash(redis, keys.roles, ROLES_MAX)
    this.policies = new RecordHash(redis, keys.policies, POLICIES_MAX)
  }
}
