import { type Acceptors, acceptFor, dedupeKeyOf } from '../../core/invocations/accept-object.ts'
import type { Logger } from '../../core/logs/logger.ts'
import { listedRecord } from '../../core/storage/listed-object.ts'
import type { ObjectScanStore, ScanPass } from '../../core/storage/object-scan-store.ts'
import type { StoredVersion } from '../../core/storage/stored-object.ts'
import type { ObjectRecord } from '../../core/triggers/s3-event.ts'
import type { ObjectTrigger } from '../../core/triggers/trigger.ts'
import type { ScanWindow } from './scan-window.ts'

export interface PageParts extends Acceptors {
  scans: ObjectScanStore
  log: Logger
}

/** One page of a listing, and for whom it was listed. */
export interface Page {
  bucket: string
  objects: readonly StoredVersion[]
  triggers: readonly { trigger: ObjectTrigger; window: ScanWindow }[]
  /** Counts what was found. */
  pass: ScanPass
}

interface Candidate {
  listed: StoredVersion
  record: ObjectRecord
  trigger: ObjectTrigger
}

/** Looked up, or accepted, in one go. */
const LOOKUPS = 1000
const ACCEPTS = 32

/**
 * Makes the invocations of a page that nobody has told of, oldest first. Rejects where one could not
 * be made, after all others were: the page is to be looked at again.
 */
export async function acceptMissing(parts: PageParts, page: Page): Promise<void> {
  const missing = await unknownOf(parts, candidatesOf(page))
  missing.sort((a, b) => (a.listed.lastModified < b.listed.lastModified ? -1 : 1))
  let failure: unknown
  for (const batch of batches(missing, ACCEPTS)) {
    const ends = await Promise.allSettled(batch.map((one) => accept(parts, page, one)))
    failure ??= ends.find((end) => end.status === 'rejected')?.reason
  }
  if (failure !== undefined) throw failure
}

function candidatesOf({ objects, triggers }: Page): Candidate[] {
  return objects.flatMap((listed) => {
    const modifiedMs = Date.parse(listed.lastModified)
    return triggers.flatMap(({ trigger, window }) => {
      if (!(modifiedMs > window.afterMs && modifiedMs <= window.untilMs)) return []
      const record = listedRecord(listed, trigger)
      return record ? [{ listed, record, trigger }] : []
    })
  })
}

async function unknownOf(
  { invocations }: PageParts,
  candidates: readonly Candidate[],
): Promise<Candidate[]> {
  const unknown: Candidate[] = []
  for (const batch of batches(candidates, LOOKUPS)) {
    const keys = batch.map(({ record, trigger }) => dedupeKeyOf(record, trigger))
    const known = await invocations.known(keys)
    unknown.push(...batch.filter((_, index) => !known[index]))
  }
  return unknown
}

async function accept(parts: PageParts, page: Page, candidate: Candidate): Promise<void> {
  const { listed, record, trigger } = candidate
  const accepted = await acceptFor(parts, record, trigger)
  // Its webhook may just have come.
  if (!accepted || accepted.duplicate) return
  page.pass.found += 1
  const finding = {
    key: record.key,
    ...(listed.versionId !== undefined && { versionId: listed.versionId }),
    eventName: record.eventName,
    modifiedAt: listed.lastModified,
    functionName: trigger.functionName,
    invocationId: accepted.id,
  }
  parts.log.warn({ bucket: page.bucket, ...finding }, 'Scan found an object that nobody reported')
  await parts.scans.addFinding(page.bucket, { foundAt: new Date().toISOString(), ...finding })
}

function* batches<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size)
}
