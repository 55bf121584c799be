import { Type } from 'typebox'

/** What each list takes besides its own filters. */
export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'Default: 50' })),
  cursor: Type.Optional(
    Type.String({ maxLength: 200, description: '`cursor` of the page before' }),
  ),
}

/** Absent on the last page. */
export const Cursor = Type.Optional(
  Type.String({ description: 'Where the next page begins; absent on the last one' }),
)

const LIMIT = 50

/** What a store is asked for, out of what a caller sent. */
export function pageOf(query: { limit?: number; cursor?: string }): {
  limit: number
  cursor?: string
} {
  const { limit = LIMIT, cursor } = query
  return cursor === undefined ? { limit } : { limit, cursor }
}
