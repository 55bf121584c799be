import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { HearthError } from '../errors.ts'
import { CODE_BUCKET } from '../identifiers.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import type { CodeStore } from './code-store.ts'
import { MAX_ZIP_BYTES } from './function.ts'

/** Code packages in a bucket, so that gateways and schedulers on several machines share them. */
export class BucketCodeStore implements CodeStore {
  readonly #store: ObjectStore

  /** Makes the bucket where it is missing. Throws StorageUnavailable. */
  static async open(store: ObjectStore): Promise<BucketCodeStore> {
    await store.createBucket(CODE_BUCKET)
    return new BucketCodeStore(store)
  }

  private constructor(store: ObjectStore) {
    this.#store = store
  }

  async put(zip: Buffer): Promise<{ codeSha256: string; codeSize: number }> {
    const hash = createHash('sha256').update(zip).digest()
    const upload = { bucket: CODE_BUCKET, key: keyOf(hash.toString('base64')), size: zip.length }
    await this.#store.putObject(upload, Readable.from([zip]))
    return { codeSha256: hash.toString('base64'), codeSize: zip.length }
  }

  async get(codeSha256: string): Promise<Buffer> {
    const key = keyOf(codeSha256)
    try {
      const { body } = await this.#store.getObject(CODE_BUCKET, key)
      return await readWhole(body, codeSha256)
    } catch (cause) {
      if (cause instanceof HearthError && cause.code !== 'ObjectNotFound') throw cause
      const reason = `code package ${codeSha256} cannot be read from bucket "${CODE_BUCKET}"`
      throw new HearthError('SandboxFailed', { reason }, { cause })
    }
  }
}

/** In hex, because the slashes of base64 would be folders. */
function keyOf(codeSha256: string): string {
  return `${Buffer.from(codeSha256, 'base64').toString('hex')}.zip`
}

async function readWhole(body: Readable, codeSha256: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_ZIP_BYTES) throw new Error(`Package is larger than ${MAX_ZIP_BYTES} bytes`)
    chunks.push(chunk)
  }
  const zip = Buffer.concat(chunks, size)
  const found = createHash('sha256').update(zip).digest('base64')
  if (found !== codeSha256) throw new Error(`Package has the hash ${found}`)
  return zip
}
