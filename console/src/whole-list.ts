import { call } from './api.ts'
import { type Resource, useReading } from './resource.ts'

const LIMIT = 100
/** Of one list; whoever has more is told so. */
const PAGES_MAX = 100

export interface WholeList<T> {
  items: T[]
  /** Whether there are more than were read. */
  isCut: boolean
}

/** A list with all of its pages, read again every `everyMs`; `field` is its name in the answer. */
export function useWholeList<T>(
  route: string,
  field: string,
  everyMs?: number,
): Resource<WholeList<T>> {
  return useReading(route, (signal) => wholeList<T>(route, field, signal), everyMs)
}

async function wholeList<T>(
  route: string,
  field: string,
  signal: AbortSignal,
): Promise<WholeList<T>> {
  const items: T[] = []
  let cursor: string | undefined
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const from = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const answer = await call<Record<string, unknown>>(`GET ${route}?limit=${LIMIT}${from}`, {
      signal,
    })
    items.push(...(answer[field] as T[]))
    cursor = answer.cursor as string | undefined
    if (cursor === undefined) return { items, isCut: false }
  }
  return { items, isCut: true }
}
