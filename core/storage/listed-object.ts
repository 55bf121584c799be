import { type ObjectRecord, sequencerOf } from '../triggers/s3-event.ts'
import { expandEvents, matchesObject, type ObjectTrigger } from '../triggers/trigger.ts'
import type { StoredVersion } from './stored-object.ts'

/**
 * What a webhook would have said of something that a listing shows, for one trigger; undefined where
 * the trigger does not want it. Both have the same change key. Who made it, and from where, no
 * listing tells.
 */
export function listedRecord(
  listed: StoredVersion,
  trigger: ObjectTrigger,
): ObjectRecord | undefined {
  const wanted = expandEvents(trigger.events)
  const event = likelyEvents(listed).find((one) => wanted.includes(one))
  if (event === undefined) return undefined
  const record = recordOf(listed, trigger.bucket, event)
  return matchesObject(trigger, record) ? record : undefined
}

/** The likeliest first: of what made an object, a listing tells only whether it came in parts. */
function likelyEvents({ eTag, isDeleteMarker }: StoredVersion): string[] {
  if (isDeleteMarker) return ['s3:ObjectRemoved:DeleteMarkerCreated']
  const cameInParts = /-\d+$/.test(eTag)
  return cameInParts
    ? ['s3:ObjectCreated:CompleteMultipartUpload', 's3:ObjectCreated:Copy']
    : ['s3:ObjectCreated:Put', 's3:ObjectCreated:Copy', 's3:ObjectCreated:Post']
}

function recordOf(listed: StoredVersion, bucket: string, event: string): ObjectRecord {
  const { key, size, eTag, versionId, isDeleteMarker, lastModified } = listed
  const eventName = event.replace(/^s3:/, '')
  return {
    bucket,
    key,
    eventName,
    raw: {
      eventTime: lastModified,
      eventName,
      s3: {
        bucket: { name: bucket },
        object: {
          key: formEncoded(key),
          ...(!isDeleteMarker && { size, eTag }),
          ...(versionId !== undefined && { versionId }),
          sequencer: sequencerOf(Date.parse(lastModified)),
        },
      },
    },
  }
}

/** As S3 writes keys into events. */
function formEncoded(key: string): string {
  return new URLSearchParams({ '': key })
    .toString()
    .slice(1)
    .replaceAll('*', '%2A')
    .replaceAll('%7E', '~')
}
