import type { Readable } from 'node:stream'

export interface StoredObject {
  key: string
  size: number
  eTag: string
  /** ISO 8601. */
  lastModified: string
}

/** One version of an object, or the mark that it was deleted. */
export interface StoredVersion extends StoredObject {
  /** Absent in a bucket that never had versions, and for what was put while it had none. */
  versionId?: string
  isDeleteMarker?: boolean
}

/** Of an object that nobody gave a type. */
export const DEFAULT_TYPE = 'application/octet-stream'

export interface OpenObject {
  body: Readable
  /** As the server sent them: content-type, content-length, etag, last-modified. */
  headers: Record<string, string>
}

export interface Upload {
  bucket: string
  key: string
  contentType?: string
  /** Bytes, where known: then it goes in one piece. */
  size?: number
  /** Of what the object causes, where an invocation puts it; told to the server where `size` is known. */
  depth?: number
}

export interface TemporaryCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string
  /** Milliseconds since 1970. */
  expiresAt: number
}

/** What the platform signs with at its S3 server. */
export interface ServerCredentials {
  accessKeyId: string
  secretAccessKey: string
  /** Of temporary credentials. */
  sessionToken?: string
}
