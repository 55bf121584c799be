import { createHash } from 'node:crypto'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { type CloudEvent, foldersFor } from './routes.ts'

const { EVENT_BUCKET } = process.env
if (!EVENT_BUCKET) throw new Error('EVENT_BUCKET must name the bucket to write to')

// Endpoint, region and credentials come from the environment.
const s3 = new S3Client({ forcePathStyle: true })

/** Writes the event as `<folder>/<name>.json` for each folder that it belongs to. */
export async function handler(event: CloudEvent): Promise<{ id: string; written: string[] }> {
  for (const field of ['id', 'source', 'type'] as const) {
    if (typeof event[field] !== 'string') throw new TypeError(`The event has no "${field}"`)
  }
  const body = JSON.stringify(event, undefined, 2)
  const keys = foldersFor(event).map((folder) => `${folder}/${nameOf(event)}.json`)
  const outcomes = await Promise.allSettled(keys.map((key) => write(key, body)))
  const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  if (reasons.length > 0) throw new AggregateError(reasons, reasons.map(String).join('; '))
  console.log(`Routed ${event.type} to ${keys.join(', ')}`)
  return { id: event.id, written: keys }
}

/** Source and id together name an event: one that comes twice is written to the same place. */
function nameOf({ type, source, id }: CloudEvent): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([source, id]))
    .digest('hex')
  return `${type.replace(/[^\w.-]/g, '_')}/${hash.slice(0, 24)}`
}

async function write(key: string, body: string): Promise<void> {
  await s3.send(
    new PutObjectCommand({
      Bucket: EVENT_BUCKET,
      Key: key,
      Body: body,
      ContentType: 'application/json',
    }),
  )
}
