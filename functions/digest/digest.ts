/** Objects that are listed one by one; the others are only counted. */
const LISTED_MAX = 100

export interface StoredObject {
  key: string
  size: number
  lastModified: Date
}

export interface Digest {
  bucket: string
  /** The UTC day that it tells of: `2026-11-22`. */
  date: string
  objects: number
  bytes: number
  /** The largest, largest first. */
  largest: { key: string; size: number; time: string }[]
}

/** Sums up the objects of one day; walks over the others without keeping them. */
export async function digestOf(
  bucket: string,
  date: string,
  objects: AsyncIterable<StoredObject>,
): Promise<Digest> {
  const digest: Digest = { bucket, date, objects: 0, bytes: 0, largest: [] }
  for await (const { key, size, lastModified } of objects) {
    const time = lastModified.toISOString()
    if (!time.startsWith(date)) continue
    digest.objects++
    digest.bytes += size
    digest.largest.push({ key, size, time })
    if (digest.largest.length >= 2 * LISTED_MAX) digest.largest = largestOf(digest)
  }
  digest.largest = largestOf(digest)
  return digest
}

function largestOf({ largest }: Digest): Digest['largest'] {
  const sorted = largest.toSorted((a, b) => b.size - a.size || a.key.localeCompare(b.key))
  return sorted.slice(0, LISTED_MAX)
}

export function markdownOf({ bucket, date, objects, bytes, largest }: Digest): string {
  const rows = largest.map(
    ({ key, size, time }) => `| \`${key.replace(/[`|\n\r]/g, '?')}\` | ${size} | ${time} |`,
  )
  const more = objects > largest.length ? [`… and ${objects - largest.length} more`, ''] : []
  const table = ['| Object | Bytes | Time (UTC) |', '| --- | ---: | --- |', ...rows, '']
  return [
    `# New in ${bucket} on ${date}`,
    '',
    `${objects} objects, ${bytes} bytes.`,
    '',
    ...(objects > 0 ? table : []),
    ...more,
  ].join('\n')
}

/** The day to tell of: the one that the event names, else the day before the event's own time. */
export function dateOf(event: { date?: unknown; time?: unknown }): string {
  const day = event.date ?? dayBefore(event.time)
  // Also refuses days that no calendar has, such as 2026-02-30.
  if (typeof day === 'string' && toDay(new Date(`${day}T00:00:00Z`)) === day) return day
  throw new Error('"date" must be a day, such as "2026-11-22"')
}

/** The scheduled time and not the clock's: a digest that runs late is still that morning's. */
function dayBefore(time: unknown): string | undefined {
  const at = typeof time === 'string' ? new Date(time) : new Date()
  return toDay(new Date(at.getTime() - 24 * 3_600_000))
}

function toDay(time: Date): string | undefined {
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString().slice(0, 10)
}
