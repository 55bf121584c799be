import { Readable } from 'node:stream'
import { HearthError } from '../errors.ts'
import { CODE_BUCKET } from '../identifiers.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import type { PayloadStore, StoredPayload } from './payload-store.ts'

const PAGE = 1000

/** Payloads beside the code packages, so that gateways and schedulers on several machines share them. */
export class BucketPayloadStore implements PayloadStore {
  readonly #store: ObjectStore
  readonly #prefix: string

  /**
   * Makes the bucket where it is missing. `folder` is this platform's own: another one on the same
   * server must not take its payloads for orphans. Throws StorageUnavailable.
   */
  static async open(store: ObjectStore, folder: string): Promise<BucketPayloadStore> {
    await store.createBucket(CODE_BUCKET)
    return new BucketPayloadStore(store, `payloads/${folder}/`)
  }

  private constructor(store: ObjectStore, prefix: string) {
    this.#store = store
    this.#prefix = prefix
  }

  async put(name: string, bytes: Buffer): Promise<void> {
    const upload = { bucket: CODE_BUCKET, key: this.#prefix + name, size: bytes.length }
    await told(name, () => this.#store.putObject(upload, Readable.from([bytes])))
  }

  async get(name: string): Promise<Buffer> {
    return await told(name, async () => {
      const { body } = await this.#store.getObject(CODE_BUCKET, this.#prefix + name)
      return Buffer.concat(await (body as Readable).toArray())
    })
  }

  async remove(name: string): Promise<void> {
    await this.#store.removeObject(CODE_BUCKET, this.#prefix + name)
  }

  async page(cursor: string): Promise<{ payloads: StoredPayload[]; cursor: string }> {
    const page = { prefix: this.#prefix, limit: PAGE, ...(cursor !== '' && { cursor }) }
    const { objects, cursor: next = '' } = await this.#store.listObjects(CODE_BUCKET, page)
    const payloads = objects.map(({ key, lastModified }) => ({
      name: key.slice(this.#prefix.length),
      modifiedAt: new Date(lastModified),
    }))
    return { payloads, cursor: next }
  }
}

/** No trouble with the bucket is the fault of whoever sent the event. */
async function told<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const isKnown = cause instanceof HearthError
    if (isKnown && cause.code === 'ObjectNotFound') {
      throw new HearthError('PayloadMissing', { name }, { cause })
    }
    if (isKnown && cause.blame === 'platform') throw cause
    throw new HearthError('PayloadsUnavailable', { reason: (cause as Error).message }, { cause })
  }
}
