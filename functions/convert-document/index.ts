import path from 'node:path/posix'
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { S3Event, S3EventRecord } from 'aws-lambda'
import { convert } from './document.ts'

/** A document is unpacked in memory, and may be many times as large then. */
const MAX_DOCUMENT_BYTES = 20 * 1024 * 1024

const { OUTPUT_BUCKET } = process.env
if (!OUTPUT_BUCKET) throw new Error('OUTPUT_BUCKET must name the bucket to write to')

// Endpoint, region and credentials come from the environment.
const s3 = new S3Client({ forcePathStyle: true })

/**
 * Writes `index.html`, `index.md` and the images of each document of the event under the
 * document's key without `.docx`. The same document gives the same keys.
 */
export async function handler(event: S3Event): Promise<string[]> {
  const outcomes = await Promise.allSettled(event.Records.map(convertRecord))
  const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  // The other documents are done; the retry writes them again, to the same result.
  if (reasons.length > 0) throw new AggregateError(reasons, reasons.map(String).join('; '))
  return outcomes.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
}

async function convertRecord({ s3: { bucket, object } }: S3EventRecord): Promise<string[]> {
  if (bucket.name === OUTPUT_BUCKET) {
    throw new Error(`The output for "${bucket.name}" would go into it, beside the documents`)
  }
  const key = decodeURIComponent(object.key.replaceAll('+', ' '))
  if (object.size > MAX_DOCUMENT_BYTES) {
    console.warn(`Skipped ${key}: it has ${object.size} bytes`)
    return []
  }
  const document = await read(bucket.name, key)
  if (!document) {
    console.warn(`Skipped ${key}: it was deleted meanwhile`)
    return []
  }
  const { dir, name } = path.parse(key)
  const files = await convert(document, name)
  // The pages last: whoever finds one finds its images too.
  return await writeAll(path.join(dir, name), files.toReversed())
}

async function read(bucket: string, key: string): Promise<Buffer | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    return Body && Buffer.from(await Body.transformToByteArray())
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined
    throw error
  }
}

async function writeAll(folder: string, files: Awaited<ReturnType<typeof convert>>) {
  const written: string[] = []
  for (const { name, body, type } of files) {
    const target = `${folder}/${name}`
    await s3.send(
      new PutObjectCommand({ Bucket: OUTPUT_BUCKET, Key: target, Body: body, ContentType: type }),
    )
    console.log(`Wrote ${target}`)
    written.push(target)
  }
  return written
}
