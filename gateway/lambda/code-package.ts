import { createHmac, timingSafeEqual } from 'node:crypto'
import { HearthError } from '../../core/errors.ts'
import { MAX_ZIP_BYTES } from '../../core/functions/function.ts'
import { inspectZip } from '../../core/functions/zip.ts'
import { storeOf } from '../../core/storage/object-store.ts'
import type { GatewayParts } from '../parts.ts'
import { invalidParameter, LambdaError } from './lambda-error.ts'

/** Where the bytes of a package are, as a request names them. */
export interface CodeInput {
  ZipFile?: string
  S3Bucket?: string
  S3Key?: string
  S3ObjectVersion?: string
  ImageUri?: string
}

/** Stores the package that a request names. Throws where it names none, or one that is no package. */
export async function storePackage(
  parts: GatewayParts,
  input: CodeInput,
): Promise<{ codeSha256: string; codeSize: number }> {
  const zip = await readPackage(parts, input)
  if (zip.length > MAX_ZIP_BYTES) {
    throw new LambdaError(
      'RequestEntityTooLargeException',
      `Zipped size must be smaller than ${MAX_ZIP_BYTES} bytes`,
    )
  }
  await inspectZip(zip)
  return parts.code.put(zip)
}

async function readPackage(parts: GatewayParts, input: CodeInput): Promise<Buffer> {
  const { ZipFile, S3Bucket, S3Key, S3ObjectVersion, ImageUri } = input
  if (ImageUri !== undefined) {
    throw invalidParameter('Container images are not supported; send a .zip of the function.')
  }
  if (ZipFile !== undefined && (S3Bucket ?? S3Key) !== undefined) {
    throw invalidParameter(
      'Please do not provide other FunctionCode parameters when providing a ZipFile.',
    )
  }
  if (ZipFile !== undefined) return fromBase64(ZipFile)
  if (S3Bucket === undefined || S3Key === undefined) {
    throw invalidParameter('Please provide a source for function code.')
  }
  if (S3ObjectVersion !== undefined) {
    throw invalidParameter('S3ObjectVersion is not supported; name the object without its version.')
  }
  return fromBucket(parts, S3Bucket, S3Key)
}

/** Buffer.from takes anything and leaves out what is no Base64; half a package must not get by. */
function fromBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length === 0) {
    throw invalidParameter('Uploaded file must be a non-empty zip')
  }
  if (Math.floor((text.replace(/=+$/, '').length * 3) / 4) !== bytes.length) {
    throw new LambdaError('SerializationException', "Member 'ZipFile' is not Base64")
  }
  return bytes
}

async function fromBucket(parts: GatewayParts, bucket: string, key: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    const { body } = await storeOf(parts.storage).getObject(bucket, key)
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length
      chunks.push(chunk)
      // What is too large is told by its size; the rest need not come.
      if (size > MAX_ZIP_BYTES) break
    }
  } catch (error) {
    const code = error instanceof HearthError ? S3_CODES[error.code] : undefined
    if (!code) throw error
    const [name, message] = code
    throw invalidParameter(
      `Error occurred while GetObject. S3 Error Code: ${name}. S3 Error Message: ${message}`,
      error,
    )
  }
  return Buffer.concat(chunks, size)
}

const S3_CODES: Readonly<Record<string, [string, string]>> = {
  BucketNotFound: ['NoSuchBucket', 'The specified bucket does not exist'],
  ObjectNotFound: ['NoSuchKey', 'The specified key does not exist.'],
}

const LINK_MS = 10 * 60_000

/** Path under which a package can be fetched by whoever has it, for ten minutes. */
export function packageLink(secret: string, codeSha256: string, now = Date.now()): string {
  const hex = Buffer.from(codeSha256, 'base64').toString('hex')
  const expires = now + LINK_MS
  return `/packages/${hex}?expires=${expires}&signature=${signature(secret, hex, expires)}`
}

export function isGoodLink(
  secret: string,
  link: { hex: string; expires: number; signature: string },
  now = Date.now(),
): boolean {
  const expected = signature(secret, link.hex, link.expires)
  const given = Buffer.from(link.signature)
  return (
    link.expires > now &&
    given.length === expected.length &&
    timingSafeEqual(given, Buffer.from(expected))
  )
}

function signature(secret: string, hex: string, expires: number): string {
  return createHmac('sha256', secret).update(`package ${hex} ${expires}`).digest('hex')
}
