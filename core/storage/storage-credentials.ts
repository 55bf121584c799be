import { HearthError } from '../errors.ts'
import type { FunctionDefinition } from '../functions/function.ts'
import type { Storage } from './object-store.ts'

/** Credentials that a sandbox gets at its start. A sandbox must not outlive `LEFT_SECONDS`. */
const LIFETIME_SECONDS = 12 * 3600
/** What credentials have left at least when they are handed out; a sandbox may live as long. */
export const CREDENTIALS_LEFT_SECONDS = 6 * 3600
const CACHED_MAX = 1000
/** S3 servers take no larger session policy. */
const POLICY_BYTES_MAX = 2048

interface Made {
  environment: Promise<Record<string, string>>
  /** Milliseconds since 1970 after which they are made anew. */
  freshUntil: number
}

/** Temporary storage credentials of functions: for just the buckets that they declare. */
export class StorageCredentials {
  readonly #storage: Storage
  readonly #made = new Map<string, Made>()

  constructor(storage: Storage) {
    this.#storage = storage
  }

  /**
   * The variables that AWS's SDKs read; none where the function has no bucket, or storage is off.
   * `readableBuckets` are those of its object triggers. The same for the same state of the
   * function, until half of the lifetime is over.
   */
  async environmentOf(
    definition: FunctionDefinition,
    readableBuckets: readonly string[],
  ): Promise<Record<string, string>> {
    if (this.#storage.state === 'off') return {}
    const { read = [], write = [] } = definition.buckets
    const policy = sessionPolicy({ read: [...read, ...readableBuckets], write })
    // A session without a policy would have all of the platform's own rights.
    if (policy === undefined) return {}
    const key = `${definition.name} ${definition.revisionId} ${policy}`
    const known = this.#made.get(key)
    if (known && known.freshUntil > Date.now()) return await known.environment
    return await this.#make(key, policy)
  }

  async #make(key: string, policy: string): Promise<Record<string, string>> {
    const environment = this.#ask(policy)
    const freshUntil = Date.now() + (LIFETIME_SECONDS - CREDENTIALS_LEFT_SECONDS) * 1000
    this.#made.delete(key)
    this.#made.set(key, { environment, freshUntil })
    // The oldest goes: a Map keeps the order of insertion.
    for (const oldest of this.#made.keys()) {
      if (this.#made.size <= CACHED_MAX) break
      this.#made.delete(oldest)
    }
    try {
      return await environment
    } catch (error) {
      this.#made.delete(key)
      throw error
    }
  }

  async #ask(policy: string): Promise<Record<string, string>> {
    if (this.#storage.state === 'off') return {}
    const made = await this.#storage.store.temporaryCredentials(policy, LIFETIME_SECONDS)
    return {
      AWS_ACCESS_KEY_ID: made.accessKeyId,
      AWS_SECRET_ACCESS_KEY: made.secretAccessKey,
      AWS_SESSION_TOKEN: made.sessionToken,
    }
  }
}

const READ_BUCKET = ['s3:ListBucket', 's3:GetBucketLocation']
const READ_OBJECT = ['s3:GetObject', 's3:GetObjectTagging']
const WRITE_BUCKET = ['s3:ListBucketMultipartUploads', 's3:GetBucketLocation']
const WRITE_OBJECT = [
  's3:PutObject',
  's3:DeleteObject',
  's3:AbortMultipartUpload',
  's3:ListMultipartUploadParts',
  's3:PutObjectTagging',
]

/**
 * AWS's policy for just these buckets; undefined where there are none. Writing does not include
 * reading. Throws InvalidRequest where the buckets are too many for a policy.
 */
export function sessionPolicy(buckets: {
  read: readonly string[]
  write: readonly string[]
}): string | undefined {
  const read = [...new Set(buckets.read)].sort()
  const write = [...new Set(buckets.write)].sort()
  if (read.length + write.length === 0) return undefined
  const statements = [
    allow(READ_BUCKET, read, ''),
    allow(READ_OBJECT, read, '/*'),
    allow(WRITE_BUCKET, write, ''),
    allow(WRITE_OBJECT, write, '/*'),
  ].filter((statement) => statement.Resource.length > 0)
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: statements })
  if (Buffer.byteLength(policy) > POLICY_BYTES_MAX) {
    const reason = `buckets: the policy for ${read.length} to read and ${write.length} to write is larger than the ${POLICY_BYTES_MAX} bytes that an S3 server takes`
    throw new HearthError('InvalidRequest', { reason })
  }
  return policy
}

function allow(actions: readonly string[], buckets: readonly string[], suffix: string) {
  const resources = buckets.map((bucket) => `arn:aws:s3:::${bucket}${suffix}`)
  return { Effect: 'Allow', Action: actions, Resource: resources }
}
