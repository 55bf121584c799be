import { keys } from '../keys.ts'
import { RecordHash } from '../redis/record-hash.ts'
import type { Redis } from '../redis/redis.ts'
import type { Policy, Role } from './role.ts'

/** IAM's own limit. */
export const ROLES_MAX = 1000
/** A third of IAM's own limit. */
export const POLICIES_MAX = 500

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
