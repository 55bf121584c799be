import { createHash } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import { REGION } from '../functions/function.ts'

/** What an S3 server says of one object. Fields that only MinIO sends are not named and fall away. */
const WebhookRecord = Type.Object({
  eventTime: Type.String({ minLength: 1, maxLength: 64 }),
  eventName: Type.String({ minLength: 1, maxLength: 128 }),
  awsRegion: Type.Optional(Type.String()),
  userIdentity: Type.Optional(Type.Object({ principalId: Type.Optional(Type.String()) })),
  requestParameters: Type.Optional(Type.Object({ sourceIPAddress: Type.Optional(Type.String()) })),
  source: Type.Optional(Type.Object({ userAgent: Type.Optional(Type.String()) })),
  responseElements: Type.Optional(
    Type.Object({
      'x-amz-request-id': Type.Optional(Type.String()),
      'x-amz-id-2': Type.Optional(Type.String()),
    }),
  ),
  s3: Type.Object({
    bucket: Type.Object({
      name: Type.String({ minLength: 1, maxLength: 63 }),
      ownerIdentity: Type.Optional(Type.Object({ principalId: Type.Optional(Type.String()) })),
    }),
    object: Type.Object({
      key: Type.String({ minLength: 1, maxLength: 3 * 1024 }),
      size: Type.Optional(Type.Integer({ minimum: 0 })),
      eTag: Type.Optional(Type.String()),
      versionId: Type.Optional(Type.String()),
      sequencer: Type.Optional(Type.String({ maxLength: 128 })),
    }),
  }),
})
type WebhookRecord = Static<typeof WebhookRecord>

/** Records of one webhook call at most; MinIO sends one. */
const RECORDS_MAX = 1000

/** One change of one object, as the triggers see it. */
export interface ObjectRecord {
  bucket: string
  /** The key itself, not encoded. */
  key: string
  /** AWS's spelling: `ObjectCreated:Put`. */
  eventName: string
  raw: WebhookRecord
}

export interface WebhookReading {
  records: ObjectRecord[]
  /** Why the body, or a record in it, is no event; absent where all of it could be read. */
  garbage?: string
}

/** Reads a webhook's body. Never throws: what cannot be read is told by `garbage`. */
export function readWebhook(body: Buffer): WebhookReading {
  let value: unknown
  try {
    value = JSON.parse(body.toString())
  } catch (error) {
    return { records: [], garbage: `Body is not JSON: ${(error as Error).message}` }
  }
  const found = (value as { Records?: unknown } | null)?.Records
  if (!Array.isArray(found)) return { records: [], garbage: 'Body has no array "Records"' }
  if (found.length > RECORDS_MAX) {
    return { records: [], garbage: `Body has more than ${RECORDS_MAX} records` }
  }
  const reading: WebhookReading = { records: [] }
  for (const [index, raw] of found.entries()) {
    const record = readRecord(raw)
    if (typeof record === 'string') reading.garbage = `Record ${index}: ${record}`
    else reading.records.push(record)
  }
  return reading
}

function readRecord(raw: unknown): ObjectRecord | string {
  if (!Check(WebhookRecord, raw)) return 'fields of an object event are missing or of a wrong type'
  try {
    return {
      bucket: raw.s3.bucket.name,
      key: decodeURIComponent(raw.s3.object.key.replaceAll('+', ' ')),
      eventName: raw.eventName.replace(/^s3:/, ''),
      raw,
    }
  } catch {
    // URIError, the only one that decoding throws, says nothing but this.
    return 'object key is not URL-encoded'
  }
}

/**
 * The event that a handler gets, in S3's own shape:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 * Differs from what MinIO sends in envelope, source, event name, and in the key, where S3 keeps `/`.
 */
export function lambdaEvent(record: ObjectRecord, configurationId: string) {
  const { raw } = record
  const { object, bucket } = raw.s3
  const answered = raw.responseElements
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: raw.awsRegion || REGION,
        eventTime: raw.eventTime,
        eventName: record.eventName,
        userIdentity: { principalId: raw.userIdentity?.principalId ?? '' },
        requestParameters: { sourceIPAddress: raw.requestParameters?.sourceIPAddress ?? '' },
        responseElements: {
          'x-amz-request-id': answered?.['x-amz-request-id'] ?? '',
          'x-amz-id-2': answered?.['x-amz-id-2'] ?? '',
        },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId,
          bucket: {
            name: bucket.name,
            ownerIdentity: { principalId: bucket.ownerIdentity?.principalId ?? '' },
            arn: `arn:aws:s3:::${bucket.name}`,
          },
          object: {
            key: object.key.replaceAll(/%2f/gi, '/'),
            ...(object.size !== undefined && { size: object.size }),
            ...(object.eTag !== undefined && { eTag: object.eTag }),
            ...(object.versionId !== undefined && { versionId: object.versionId }),
            sequencer: object.sequencer ?? '',
          },
        },
      },
    ],
  }
}

/**
 * The same for every report of one change of one object, whoever reports it, and different for the
 * next change: bucket, key, version, eTag, modification time in milliseconds (a listing knows no
 * finer one), and whether the object came or went.
 */
export function changeKey(record: ObjectRecord): string {
  const { object } = record.raw.s3
  const identity = [
    record.bucket,
    record.key,
    object.versionId === 'null' ? '' : (object.versionId ?? ''),
    object.eTag ?? '',
    modifiedMs(record.raw),
    record.eventName.split(':', 1)[0],
  ]
  return createHash('sha256').update(JSON.stringify(identity)).digest('base64url')
}

/** A sequencer as MinIO makes them, out of what a listing knows of the modification time. */
export function sequencerOf(modifiedMs: number): string {
  return (BigInt(modifiedMs) * 1_000_000n).toString(16).toUpperCase()
}

const YEAR_2000_MS = 946_684_800_000
const YEAR_2100_MS = 4_102_444_800_000

/** MinIO's sequencer is the modification time in nanoseconds, in hex; another server's may be anything. */
function modifiedMs(raw: WebhookRecord): number | string {
  const sequencer = raw.s3.object.sequencer ?? ''
  if (/^[0-9a-f]{1,16}$/i.test(sequencer)) {
    const ms = Number(BigInt(`0x${sequencer}`) / 1_000_000n)
    if (ms > YEAR_2000_MS && ms < YEAR_2100_MS) return ms
  }
  return sequencer || raw.eventTime
}
