import type { FoundPage, JournalStore } from '../journal/journal-store.ts'
import type { InvocationFilter } from './invocation-filter.ts'
import type { InvocationStore } from './invocation-store.ts'
import { type ShownInvocation, shownAsynchronous } from './shown-invocation.ts'

export interface SearchRequest {
  filter: InvocationFilter
  limit: number
  /** Of the page before. */
  cursor?: string
}

export interface SearchPage {
  invocations: ShownInvocation[]
  cursor?: string
}

/** Stands for the cursor of a source in which nothing is left. */
const ENDED = '-'
const SEPARATOR = '~'
const NOTHING: FoundPage = { found: [], reachedMs: 0 }

/**
 * All invocations, newest first: synchronous ones out of the journal, asynchronous ones by their own
 * records. Each source goes on from a cursor of its own, so that none is left out or shown twice while
 * new ones come. A page can be shorter than its limit, or empty, and still have a cursor.
 */
export async function searchInvocations(
  { journal, invocations }: { journal: JournalStore; invocations: InvocationStore },
  { filter, limit, cursor = '' }: SearchRequest,
): Promise<SearchPage> {
  const [synchronousAt = '', asynchronousAt = ''] = cursor.split(SEPARATOR)
  const [synchronous, asynchronous] = await Promise.all([
    synchronousAt === ENDED ? NOTHING : journal.page({ filter, limit, ...after(synchronousAt) }),
    asynchronousAt === ENDED
      ? NOTHING
      : searchRecords(invocations, { filter, limit, ...after(asynchronousAt) }),
  ])
  const { merged, taken } = merge(synchronous, asynchronous, limit)
  const left = [
    cursorAfter(synchronous, taken[0], synchronousAt),
    cursorAfter(asynchronous, taken[1], asynchronousAt),
  ]
  if (left.every((one) => one === ENDED)) return { invocations: merged }
  return { invocations: merged, cursor: left.join(SEPARATOR) }
}

function after(cursor: string): { cursor?: string } {
  return cursor === '' ? {} : { cursor }
}

async function searchRecords(
  store: InvocationStore,
  { filter, ...page }: SearchRequest,
): Promise<FoundPage> {
  const { invocations, cursor } = await store.search(filter, page)
  const found = invocations.map((invocation) => ({
    invocation: shownAsynchronous(invocation),
    cursor: `${invocation.id}.${Date.parse(invocation.createdAt)}`,
  }))
  if (cursor === undefined) return { found, reachedMs: 0 }
  return { found, cursor, reachedMs: Number(cursor.split('.')[1]) }
}

/** Of two lists the newest first; no further than either has been looked through. */
function merge(
  one: FoundPage,
  other: FoundPage,
  limit: number,
): { merged: ShownInvocation[]; taken: [number, number] } {
  const merged: ShownInvocation[] = []
  const taken: [number, number] = [0, 0]
  while (merged.length < limit) {
    const first = one.found[taken[0]]?.invocation
    const second = other.found[taken[1]]?.invocation
    const side = sideOf(first, second)
    if (side === undefined) break
    const next = (side === 0 ? first : second) as ShownInvocation
    const rest = side === 0 ? other : one
    // The other list may go on with what is newer than this.
    const isOpen = rest.cursor !== undefined && rest.found.length === taken[1 - side]
    if (isOpen && Date.parse(next.createdAt) < rest.reachedMs) break
    merged.push(next)
    taken[side] += 1
  }
  return { merged, taken }
}

function sideOf(
  first: ShownInvocation | undefined,
  second: ShownInvocation | undefined,
): 0 | 1 | undefined {
  if (!first && !second) return undefined
  if (!first || !second) return first ? 0 : 1
  return first.createdAt >= second.createdAt ? 0 : 1
}

function cursorAfter(page: FoundPage, taken: number, before: string): string {
  if (taken === page.found.length) return page.cursor ?? ENDED
  return page.found[taken - 1]?.cursor ?? before
}
