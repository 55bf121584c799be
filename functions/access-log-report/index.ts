import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { S3Event, S3EventRecord } from 'aws-lambda'
import { linesOf } from './access-log.ts'
import { pageOf } from './page.ts'
import { type Report, reportOf } from './report.ts'

const { REPORT_BUCKET } = process.env
if (!REPORT_BUCKET) throw new Error('REPORT_BUCKET must name the bucket to write to')

// Endpoint, region and credentials come from the environment.
const s3 = new S3Client({ forcePathStyle: true })

/**
 * Writes `<key>.json` and `<key>.html` for each gzipped log of the event. One log after the other:
 * each is read as a stream, so memory does not grow with its size.
 */
export async function handler(event: S3Event): Promise<string[]> {
  const written: string[] = []
  const failures: unknown[] = []
  for (const record of event.Records) {
    try {
      written.push(...(await report(record)))
    } catch (error) {
      // The other logs still get theirs; the retry writes the same keys again.
      failures.push(error)
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('; '))
  return written
}

async function report({ s3: { bucket, object } }: S3EventRecord): Promise<string[]> {
  if (bucket.name === REPORT_BUCKET) {
    throw new Error(`Reports of "${bucket.name}" would go into it, and could trigger this again`)
  }
  const key = decodeURIComponent(object.key.replaceAll('+', ' '))
  const read = await readLog(bucket.name, key)
  if (!read) {
    console.warn(`Skipped ${key}: it was deleted meanwhile`)
    return []
  }
  console.log(`Read ${key}: ${read.requests} requests, ${read.unreadableLines} unreadable lines`)
  const json = JSON.stringify(read, undefined, 2)
  return await Promise.all([
    write({ key: `${key}.json`, body: json, type: 'application/json' }),
    write({ key: `${key}.html`, body: pageOf(read), type: 'text/html; charset=utf-8' }),
  ])
}

async function readLog(bucket: string, key: string): Promise<Report | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    if (!Body) return undefined
    // `pipeline` ends all of them when one fails: a broken archive is an error, not a short log.
    return await pipeline(Body as NodeJS.ReadableStream, createGunzip(), (chunks) =>
      reportOf(`${bucket}/${key}`, linesOf(chunks)),
    )
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined
    throw error
  }
}

interface Output {
  key: string
  body: string
  type: string
}

async function write({ key, body, type }: Output): Promise<string> {
  const target = { Bucket: REPORT_BUCKET, Key: key, Body: body, ContentType: type }
  await s3.send(new PutObjectCommand(target))
  return key
}
