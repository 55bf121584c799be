import type { Readable } from 'node:stream'
import { HearthError } from '../errors.ts'
import { inPieces } from './pieces.ts'
import { DEFAULT_TYPE, type Upload } from './stored-object.ts'

const PARTS_MAX = 10_000
const PART_BYTES = 8 * 1024 * 1024
const TOO_LARGE = { what: 'Object', limitBytes: PARTS_MAX * PART_BYTES }

interface PartOfUpload {
  bucketName: string
  objectName: string
  uploadID: string
  partNumber: number
  headers: Record<string, string>
}

/** What is needed of the S3 client. */
interface AskingClient {
  initiateNewMultipartUpload(
    bucket: string,
    key: string,
    headers: Record<string, string>,
  ): Promise<string>
  abortMultipartUpload(bucket: string, key: string, uploadId: string): Promise<void>
}
interface WritingClient {
  uploadPart(part: PartOfUpload, bytes: Buffer): Promise<{ etag: string }>
  completeMultipartUpload(
    bucket: string,
    key: string,
    uploadId: string,
    parts: { part: number; etag: string }[],
  ): Promise<{ etag: string }>
}

/**
 * Stores what `body` yields in parts of 8 MB, with one in memory at a time; gives back the eTag. An
 * upload that breaks off leaves the object as it was. Throws PayloadTooLarge past S3's 10,000 parts.
 */
export async function putParts(
  { asking, writing }: { asking: AskingClient; writing: WritingClient },
  upload: Upload,
  body: Readable,
): Promise<string> {
  const { bucket: bucketName, key: objectName } = upload
  const headers = { 'content-type': upload.contentType ?? DEFAULT_TYPE }
  const uploadID = await asking.initiateNewMultipartUpload(bucketName, objectName, headers)
  try {
    const parts: { part: number; etag: string }[] = []
    for await (const bytes of inPieces(body, PART_BYTES)) {
      const partNumber = parts.length + 1
      if (partNumber > PARTS_MAX) throw new HearthError('PayloadTooLarge', TOO_LARGE)
      const part = { bucketName, objectName, uploadID, partNumber, headers: {} }
      const { etag } = await writing.uploadPart(part, bytes)
      parts.push({ part: partNumber, etag })
    }
    return (await writing.completeMultipartUpload(bucketName, objectName, uploadID, parts)).etag
  } catch (error) {
    // Best effort: the server drops forgotten parts by itself after a day.
    await asking.abortMultipartUpload(bucketName, objectName, uploadID).catch(() => undefined)
    throw error
  }
}
