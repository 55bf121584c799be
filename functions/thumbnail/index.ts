import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { S3Event, S3EventRecord } from 'aws-lambda'
import { thumbnailsOf } from './thumbnails.ts'

/** Larger files would not fit into the function's memory beside what they unpack to. */
const MAX_PHOTO_BYTES = 50 * 1024 * 1024

const { THUMBNAIL_BUCKET } = process.env
if (!THUMBNAIL_BUCKET) throw new Error('THUMBNAIL_BUCKET must name the bucket to write to')

// Endpoint, region and credentials come from the environment.
const s3 = new S3Client({ forcePathStyle: true })

interface Outcome {
  key: string
  written: string[]
  skipped?: string
}

/**
 * Writes `<key>/small.webp`, `medium.webp` and `large.webp` for each photo of the event. The same
 * photo gives the same keys, so an event that is delivered twice changes nothing.
 */
export async function handler(event: S3Event): Promise<Outcome[]> {
  const outcomes = await Promise.allSettled(event.Records.map(makeThumbnails))
  const failures = outcomes.filter((outcome) => outcome.status === 'rejected')
  if (failures.length > 0) {
    // The others are done; the retry that follows does them again, to the same result.
    const reasons = failures.map((failure) => failure.reason)
    throw new AggregateError(reasons, reasons.map(String).join('; '))
  }
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []))
}

async function makeThumbnails({ s3: { bucket, object } }: S3EventRecord): Promise<Outcome> {
  if (bucket.name === THUMBNAIL_BUCKET) {
    throw new Error(`Thumbnails of "${bucket.name}" would go into it, and trigger this again`)
  }
  const key = decodeURIComponent(object.key.replaceAll('+', ' '))
  if (object.size > MAX_PHOTO_BYTES) return skip(key, `it has ${object.size} bytes`)
  const photo = await read(bucket.name, key)
  if (!photo) return skip(key, 'it was deleted meanwhile')
  const thumbnails = await thumbnailsOf(photo)
  if (!thumbnails) return skip(key, 'it is no image')
  const written = await Promise.all(
    thumbnails.map(async ({ size, width, height, webp }) => {
      const target = `${key}/${size}.webp`
      await s3.send(
        new PutObjectCommand({
          Bucket: THUMBNAIL_BUCKET,
          Key: target,
          Body: webp,
          ContentType: 'image/webp',
        }),
      )
      console.log(`Wrote ${target}: ${width} x ${height}, ${webp.length} bytes`)
      return target
    }),
  )
  return { key, written }
}

async function read(bucket: string, key: string): Promise<Uint8Array | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    return await Body?.transformToByteArray()
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined
    throw error
  }
}

function skip(key: string, reason: string): Outcome {
  console.warn(`Skipped ${key}: ${reason}`)
  return { key, written: [], skipped: reason }
}
