import type { StoredVersion } from './stored-object.ts'

/** A cursor is good for a listing with versions and for one without, whatever the prefix. */
export interface ListRequest {
  limit: number
  prefix?: string
  cursor?: string | undefined
  withVersions: boolean
}

/** As the S3 client is asked for it. */
interface ListQuery {
  prefix: string
  marker: string
  options: {
    Delimiter: string
    MaxKeys: number
    IncludeVersion?: boolean
    keyMarker?: string
    versionIdMarker?: string
  }
}

export interface ListPage {
  objects: StoredVersion[]
  /** Where the next page begins; absent on the last one. */
  cursor?: string
}

/** What the S3 client answers; it leaves the markers of versions as they came. */
interface Found {
  objects: {
    name?: string
    size?: number
    etag?: string
    lastModified?: Date
    versionId?: string
    isDeleteMarker?: boolean
  }[]
  isTruncated?: boolean | undefined
  keyMarker?: string | undefined
  versionIdMarker?: string | undefined
}

export function listQuery({ limit, prefix = '', cursor, withVersions }: ListRequest): ListQuery {
  const [key, versionId] = cursor === undefined ? ['', ''] : readCursor(cursor)
  const options = { Delimiter: '', MaxKeys: limit }
  if (!withVersions) return { prefix, marker: key, options }
  // The client puts these two into the URL as they are.
  const markers = {
    ...(key && { keyMarker: inUrl(key) }),
    ...(versionId && { versionIdMarker: inUrl(versionId) }),
  }
  return { prefix, marker: '', options: { ...options, IncludeVersion: true, ...markers } }
}

export function listPage(found: Found): ListPage {
  const objects = found.objects.map((one) => {
    const version: StoredVersion = {
      key: one.name ?? '',
      size: one.size ?? 0,
      eTag: one.etag ?? '',
      lastModified: one.lastModified?.toISOString() ?? '',
    }
    if (one.versionId && one.versionId !== 'null') version.versionId = one.versionId
    if (one.isDeleteMarker) version.isDeleteMarker = true
    return version
  })
  const last = found.keyMarker === undefined ? objects.at(-1)?.key : decoded(found.keyMarker)
  if (!found.isTruncated || last === undefined) return { objects }
  return { objects, cursor: writeCursor([last, found.versionIdMarker ?? '']) }
}

type Position = [key: string, versionId: string]

function writeCursor(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

function readCursor(cursor: string): Position {
  return JSON.parse(Buffer.from(cursor, 'base64url').toString())
}

function decoded(marker: string): string {
  return decodeURIComponent(marker.replaceAll('+', ' '))
}

function inUrl(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
