import { type Static, type TSchema, Type } from 'typebox'

/** What the schemas of stored records are made of. */

/** A field that a schema does not know would be lost silently. */
export const closed = { additionalProperties: false }

export const Time = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$',
  description: 'a time as 2026-01-31T09:30:00.000Z',
})

/** A field that may be missing; in memory it may be undefined as well, which JSON leaves out. */
export function maybe<T extends TSchema>(schema: T) {
  return Type.Optional(Type.Unsafe<Static<T> | undefined>(schema))
}
