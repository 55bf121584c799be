import { answered } from './client.ts'
import type { Screen } from './screen.ts'

/** Of one list; more than anybody looks through. */
const PAGES_MAX = 1000

interface Page {
  cursor?: string
}

/** The pages of a list, to the last; one that is too long has a cursor in its last page here. */
export async function allPages<Of extends Page>(
  read: (after: Page) => Promise<{ data?: Of }>,
): Promise<Of[]> {
  const pages: Of[] = []
  let cursor: string | undefined
  do {
    const page: Of = answered(await read(cursor === undefined ? {} : { cursor }))
    pages.push(page)
    cursor = page.cursor
  } while (cursor !== undefined && pages.length < PAGES_MAX)
  return pages
}

/** Says so where a list is not whole. */
export function noteMore(screen: Screen, pages: readonly Page[]): void {
  if (pages.at(-1)?.cursor !== undefined) screen.note('There are more than were read')
}
