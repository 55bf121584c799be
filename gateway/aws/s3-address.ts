import { CODE_BUCKET } from '../../core/identifiers.ts'
import { noSuchBucket, S3Error } from './s3-error.ts'

/** What a request to S3 is about, path-style: `/<bucket>/<key>?<query>`. */
export interface S3Address {
  /** Empty where it is about the service as a whole. */
  bucket: string
  /** Decoded; empty where it is about the bucket. */
  key: string
  query: URLSearchParams
}

/**
 * The platform's own bucket, and names that the S3 server keeps for itself: under `minio` it has an
 * interface of its own, for its administration.
 */
const INTERNAL: ReadonlySet<string> = new Set([CODE_BUCKET, 'minio', '.minio.sys', '.', '..'])

/** Reads a request target. Throws InvalidURI for one that an S3 server could read in another way. */
export function readAddress(target: string): S3Address {
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  const query = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1))
  // `GET http://host/bucket`, or no slash at all: clients of S3 send neither.
  if (!path.startsWith('/')) throw invalidUri()
  return { ...bucketAndKey(path), query }
}

function bucketAndKey(path: string): { bucket: string; key: string } {
  const decoded = decode(path).slice(1)
  const slash = decoded.indexOf('/')
  if (slash < 0) return { bucket: decoded, key: '' }
  return { bucket: decoded.slice(0, slash), key: decoded.slice(slash + 1) }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalidUri()
  }
}

function invalidUri(): S3Error {
  return new S3Error('InvalidURI', "Couldn't parse the specified URI.")
}

/** Only what every S3 server reads in the same way: it is a URL to some. */
const COPY_SOURCE =
  /^\/?([A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)(?:\/|%2F)([^/?#][^?#]*)(?:\?versionId=[^?#&]*)?$/

/** What is copied, by the header of that name. Throws InvalidArgument. */
export function readCopySource(source: string): S3Address {
  const [, bucket, key] = COPY_SOURCE.exec(source) ?? []
  if (bucket !== undefined && key !== undefined) {
    return { bucket, key: decode(key), query: new URLSearchParams() }
  }
  throw new S3Error(
    'InvalidArgument',
    'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    { ArgumentName: 'x-amz-copy-source', ArgumentValue: source.slice(0, 200) },
  )
}

/**
 * Throws NoSuchBucket where the platform's own or the S3 server's internals are asked for, by the
 * path or as the source of a copy; by whatever key. InvalidArgument where there is more than one source.
 */
export function refuseInternals(address: S3Address, copySources: readonly string[]): void {
  if (INTERNAL.has(firstName(`${address.bucket}/${address.key}`)))
    throw noSuchBucket(address.bucket)
  const sources = [...copySources, ...address.query.getAll('x-amz-copy-source')]
  if (sources.length > 1)
    throw new S3Error('InvalidArgument', 'There is more than one copy source.')
  for (const source of sources) {
    const { bucket } = readCopySource(source)
    if (INTERNAL.has(bucket)) throw noSuchBucket(bucket)
  }
}

/** The first name on a path, however many slashes stand before it. */
function firstName(path: string): string {
  return path.replace(/^\/+/, '').split('/', 1)[0] ?? ''
}

/** The path as S3 signs it: each byte encoded but `A-Z a-z 0-9 - . _ ~` and the slash. */
export function encodedPath({ bucket, key }: S3Address): string {
  return bucket === '' ? '/' : `/${[bucket, ...key.split('/')].map(encode).join('/')}`
}

export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
