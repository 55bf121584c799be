import type { Readable } from 'node:stream'

export interface StoredObject {
  key: string
  size: number
  eTag: string
  /** ISO 8601. */
  lastModified: string
}

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
}

export interface TemporaryCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string
  /** Milliseconds since 1970. */
  expiresAt: number
}
