/** Items of one page where the caller names no number, and at most. */
const PAGE = 50

/** What a store is asked for, out of the members by which lists are paged. */
export function pageOf(
  input: { Marker?: string; MaxItems?: number },
  most: number = PAGE,
): { limit: number; cursor?: string } {
  const { Marker: cursor, MaxItems = most } = input
  const limit = Math.min(MaxItems, most)
  // An empty marker is the first page.
  return cursor ? { limit, cursor } : { limit }
}

/** One page of a list that is at hand whole; markers are the keys of items. */
export function sliced<T>(
  items: readonly T[],
  input: { Marker?: string; MaxItems?: number },
  keyOf: (item: T) => string,
): { items: T[]; NextMarker?: string } {
  const { limit, cursor } = pageOf(input)
  const start = cursor === undefined ? 0 : items.findIndex((item) => keyOf(item) === cursor) + 1
  const page = items.slice(start, start + limit)
  const last = page.at(-1)
  const hasMore = start + limit < items.length && last !== undefined
  return hasMore ? { items: page, NextMarker: keyOf(last) } : { items: page }
}
