import { randomBytes } from 'node:crypto'
import { Type } from 'typebox'
import type { Tags } from '../../core/access/role.ts'
import { ACCOUNT_ID } from '../../core/functions/function.ts'
import { NOT_PROTO } from '../../core/identifiers.ts'
import { AwsError } from './aws-error.ts'
import { type Page, pageOf } from './page.ts'

/** Members of IAM's operations that are not kept as they are; the others are in core/access/role.ts. */
export const PathPrefix = Type.String({ maxLength: 512, pattern: '^/[\\x21-\\x7E]*$' })
const TAG = '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]'
export const TagList = Type.Array(
  Type.Object(
    {
      Key: Type.String({ minLength: 1, maxLength: 128, pattern: `^${NOT_PROTO}${TAG}+$` }),
      Value: Type.String({ maxLength: 256, pattern: `^${TAG}*$` }),
    },
    { additionalProperties: false },
  ),
  { maxItems: 50 },
)
export const TagKeys = Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { maxItems: 50 })
export const paging = {
  Marker: Type.Optional(Type.String({ minLength: 1, maxLength: 320 })),
  MaxItems: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
}
export const closed = { additionalProperties: false }

const TAGS_MAX = 50
const PAGE = 100

export interface Paging {
  Marker?: string
  MaxItems?: number
}

/** `IsTruncated` and `Marker` beside the items, which the caller names. */
export function iamPage<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  { Marker, MaxItems = PAGE }: Paging,
): { items: T[]; ends: { IsTruncated: boolean; Marker?: string | undefined } } {
  const page: Page<T> = pageOf(items, {
    nameOf,
    after: Marker,
    limit: MaxItems,
    validation: 'ValidationError',
  })
  return { items: page.items, ends: { IsTruncated: page.next !== undefined, Marker: page.next } }
}

/** An id as IAM makes them: what it is of, and 17 letters and digits. */
export function newId(prefix: 'AROA' | 'ANPA'): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  return prefix + [...randomBytes(17)].map((byte) => letters[byte % 32]).join('')
}

export function iamArn(kind: 'role' | 'policy' | 'user', path: string, name: string): string {
  return `arn:aws:iam::${ACCOUNT_ID}:${kind}${path}${name}`
}

export function tagList(tags: Tags): Array<{ Key: string; Value: string }> {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}

/** Throws LimitExceeded. */
export function tagged(tags: Tags, more: ReadonlyArray<{ Key: string; Value: string }> = []): Tags {
  const all = new Map([
    ...Object.entries(tags),
    ...more.map((tag) => [tag.Key, tag.Value] as const),
  ])
  if (all.size > TAGS_MAX) {
    throw new AwsError('LimitExceeded', `Cannot exceed quota for TagsPerEntity: ${TAGS_MAX}`, 409)
  }
  return Object.fromEntries(all)
}

export function untagged(tags: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)))
}

export function noSuchEntity(message: string): AwsError {
  return new AwsError('NoSuchEntity', message, 404)
}
