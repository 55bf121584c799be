import { PutObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3'
import { type Digest, dateOf, digestOf, markdownOf, type StoredObject } from './digest.ts'

const SOURCE_BUCKET = bucketNamedBy('SOURCE_BUCKET')
const DIGEST_BUCKET = bucketNamedBy('DIGEST_BUCKET')

// Endpoint, region and credentials come from the environment.
const s3 = new S3Client({ forcePathStyle: true })

/**
 * Writes `<bucket>/<day>.json` and `.md`: what was put into a bucket on the day before. A retry,
 * or `{"date": "2026-11-22"}` by hand, writes that day's digest again.
 */
export async function handler(event: { date?: unknown; time?: unknown }): Promise<Digest> {
  const date = dateOf(event)
  const digest = await digestOf(SOURCE_BUCKET, date, objectsOf(SOURCE_BUCKET))
  await Promise.all([
    write(`${date}.json`, JSON.stringify(digest, undefined, 2), 'application/json'),
    write(`${date}.md`, markdownOf(digest), 'text/markdown; charset=utf-8'),
  ])
  console.log(`${SOURCE_BUCKET} had ${digest.objects} new objects on ${date}`)
  return digest
}

async function* objectsOf(bucket: string): AsyncGenerator<StoredObject> {
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket })) {
    for (const { Key: key, Size: size = 0, LastModified: lastModified } of Contents) {
      if (key && lastModified) yield { key, size, lastModified }
    }
  }
}

async function write(name: string, body: string, type: string): Promise<void> {
  const key = `${SOURCE_BUCKET}/${name}`
  await s3.send(
    new PutObjectCommand({ Bucket: DIGEST_BUCKET, Key: key, Body: body, ContentType: type }),
  )
}

function bucketNamedBy(variable: string): string {
  const name = process.env[variable]
  if (!name) throw new Error(`${variable} must name a bucket`)
  return name
}
