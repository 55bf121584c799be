import { useRef, useState } from 'preact/hooks'
import { type Resource, useResource } from './resource.ts'

export interface Paged<T> extends Resource<T> {
  /** Of the page that is shown or waited for; undefined: the first. */
  cursor: string | undefined
  pager: PagerProps
}

interface PagerProps {
  isFirst: boolean
  isLast: boolean
  back(): void
  next(): void
}

/**
 * A list, one page at a time, from the first one for each `route`, which has no cursor. The page before stays until
 * the next one is there. Only the first is read again every `everyMs`: others would move below the reader.
 */
export function usePages<T extends { cursor?: string }>(route: string, everyMs?: number): Paged<T> {
  const [known, setKnown] = useState({ route, cursors: [] as string[] })
  // Another list begins at its beginning, also one that was left and is come back to.
  if (known.route !== route) setKnown({ route, cursors: [] })
  const cursors = known.route === route ? known.cursors : []
  const cursor = cursors.at(-1)
  const separator = route.includes('?') ? '&' : '?'
  const found = useResource<T>(
    cursor === undefined ? route : `${route}${separator}cursor=${encodeURIComponent(cursor)}`,
    cursor === undefined ? everyMs : undefined,
  )
  const last = useRef<T>(undefined)
  if (found.data) last.current = found.data
  const data = found.data ?? (found.isLoading ? last.current : undefined)
  const to = (change: string[]) => setKnown({ route, cursors: change })
  const following = found.data?.cursor
  return {
    ...found,
    ...(data && { data }),
    cursor,
    pager: {
      isFirst: cursors.length === 0,
      isLast: following === undefined,
      back: () => to(cursors.slice(0, -1)),
      next: () => following !== undefined && to([...cursors, following]),
    },
  }
}

/**
 * The buttons of a list in pages. They stay where they are, whatever page is there or waited for: the keyboard's
 * place is on them.
 */
export function Pager({ of, names }: { of: PagerProps; names?: readonly [string, string] }) {
  const { isFirst, isLast, back, next } = of
  const wasPaged = useRef(false)
  if (!isFirst || !isLast) wasPaged.current = true
  if (!wasPaged.current) return null
  const [before, after] = names ?? ['Previous', 'Next']
  return (
    <div class="row">
      <button type="button" aria-disabled={isFirst} onClick={() => isFirst || back()}>
        {before}
      </button>
      <button type="button" aria-disabled={isLast} onClick={() => isLast || next()}>
        {after}
      </button>
    </div>
  )
}
