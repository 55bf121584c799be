/** Where payloads lie that are too large for Redis. A payload is written once and never changed. */
export interface PayloadStore {
  /** Resolves when it is on disk. Throws PayloadsUnavailable, StorageUnavailable. */
  put(name: string, bytes: Buffer): Promise<void>
  /** Throws PayloadMissing; PayloadsUnavailable, StorageUnavailable. */
  get(name: string): Promise<Buffer>
  /** Resolves whether it was there or not. */
  remove(name: string): Promise<void>
  /** A page of what is there, in no order; start cursor: '', which also means the end. */
  page(cursor: string): Promise<{ payloads: StoredPayload[]; cursor: string }>
}

export interface StoredPayload {
  name: string
  modifiedAt: Date
}
