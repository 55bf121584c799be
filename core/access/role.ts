import { type Static, Type } from 'typebox'
import { NOT_PROTO } from '../identifiers.ts'
import { closed, maybe, Time } from '../stored-schema.ts'

/** Members of IAM's operations: https://docs.aws.amazon.com/IAM/latest/APIReference/ */
const NAME = `^${NOT_PROTO}[\\w+=,.@-]+$`
export const RoleName = Type.String({ minLength: 1, maxLength: 64, pattern: NAME })
export const PolicyName = Type.String({ minLength: 1, maxLength: 128, pattern: NAME })
export const Path = Type.String({ maxLength: 512, pattern: '^(/[\\x21-\\x7E]*)?/$' })
export const Arn = Type.String({ minLength: 20, maxLength: 2048, pattern: '^[\\x21-\\x7E]+$' })
export const Document = Type.String({
  minLength: 1,
  maxLength: 131_072,
  pattern: '^[\\t\\n\\r\\x20-\\xFF]+$',
})
export const Description = Type.String({
  maxLength: 1000,
  pattern: '^[\\t\\n\\r\\x20-\\x7E\\xA1-\\xFF]*$',
})
export const SessionSeconds = Type.Integer({ minimum: 3600, maximum: 43_200 })
export const PolicyVersionId = Type.String({ pattern: '^v[1-9][0-9]{0,8}$' })

/** IAM's own limits: policies that a role has by their ARNs, and versions of a policy. */
export const ATTACHED_MAX = 20
export const POLICY_VERSIONS_MAX = 5

/** Key → value, as IAM's tags. */
const Tags = Type.Record(Type.String(), Type.String({ maxLength: 256 }), { maxProperties: 50 })
export type Tags = Static<typeof Tags>

function idOf(kind: 'AROA' | 'ANPA') {
  return Type.String({ pattern: `^${kind}[A-Z0-9]{17}$`, description: `${kind} and 17 letters` })
}

const IN_IAM = { arn: Arn, path: Path, createdAt: Time, description: maybe(Description) }

/** A role as deployment tools set it: kept, told again, never enforced. */
export const Role = Type.Object(
  {
    name: RoleName,
    id: idOf('AROA'),
    ...IN_IAM,
    /** JSON, as it was given. */
    trustPolicy: Document,
    maxSessionSeconds: SessionSeconds,
    permissionsBoundary: maybe(Arn),
    tags: Tags,
    /** Name → document as JSON, as it was given. */
    inlinePolicies: Type.Record(Type.String({ pattern: NAME }), Document, closed),
    /** ARNs. */
    attachedPolicies: Type.Array(Arn, { maxItems: ATTACHED_MAX, uniqueItems: true }),
  },
  closed,
)
export type Role = Static<typeof Role>

const PolicyVersion = Type.Object(
  {
    /** `v1`, `v2`, … */
    id: PolicyVersionId,
    createdAt: Time,
    /** JSON, as it was given. */
    document: Document,
  },
  closed,
)
export type PolicyVersion = Static<typeof PolicyVersion>

/** A managed policy. */
export const Policy = Type.Object(
  {
    name: PolicyName,
    id: idOf('ANPA'),
    ...IN_IAM,
    updatedAt: Time,
    tags: Tags,
    /** Oldest first. */
    versions: Type.Array(PolicyVersion, { minItems: 1, maxItems: POLICY_VERSIONS_MAX }),
    defaultVersionId: PolicyVersionId,
    /** Number of the last version that was made, deleted ones included. */
    lastVersion: Type.Integer({ minimum: 1 }),
  },
  closed,
)
export type Policy = Static<typeof Policy>
