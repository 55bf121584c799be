import { Readable } from 'node:stream'
import { HearthError } from './errors.ts'
import { CODE_BUCKET } from './identifiers.ts'
import type { ObjectStore } from './object-store.ts'
import type { PayloadStore, StoredPayload } from './payload-store.ts'

const PREFIX = 'payloads/'
const PAGE = 1000

/** Payloads beside the code packages, so that gateways and schedulers on several machines share them. */
export class BucketPayloadStore implements PayloadStore {
  readonly #store: ObjectStore

  /** Makes the bucket where it is missing. Throws StorageUnavailable. */
  static async open(store: ObjectStore): Promise<BucketPayloadStore> {
    await store.createBucket(CODE_BUCKET)
    return new BucketPayloadStore(store)
  }

  private constructor(store: ObjectStore) {
    this.#store = store
  }

  async put(name: string, bytes: Buffer): Promise<void> {
    const upload = { bucket: CODE_BUCKET, key: PREFIX + name, size: bytes.length }
    await this.#store.putObject(upload, Readable.from([bytes]))
  }

  async get(name: string): Promise<Buffer> {
    try {
      const { body } = await this.#store.getObject(CODE_BUCKET, PREFIX + name)
      return Buffer.concat(await (body as Readable).toArray())
    } catch (cause) {
      const isMissing = cause instanceof HearthError && cause.code === 'ObjectNotFound'
      throw isMissing ? new HearthError('PayloadMissing', { name }, { cause }) : cause
    }
  }

  async remove(name: string): Promise<void> {
    await this.#store.removeObject(CODE_BUCKET, PREFIX + name)
  }

  async page(cursor: string): Promise<{ payloads: StoredPayload[]; cursor: string }> {
    const page = { prefix: PREFIX, limit: PAGE, ...(cursor !== '' && { cursor }) }
    const { objects, cursor: next = '' } = await this.#store.listObjects(CODE_BUCKET, page)
    const payloads = objects.map(({ key, lastModified }) => ({
      name: key.slice(PREFIX.length),
      modifiedAt: new Date(lastModified),
    }))
    return { payloads, cursor: next }
  }
}
