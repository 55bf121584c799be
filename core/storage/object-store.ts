import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Readable } from 'node:stream'
import { Client } from 'minio'
import { AssumeRoleProvider } from 'minio/dist/esm/AssumeRoleProvider.mjs'
import { HearthError } from '../errors.ts'
import { REGION } from '../functions/function.ts'
import { depthMark } from '../invocations/depth.ts'
import { AnswerTime } from '../process/answer-time.ts'
import { type Deadlines, requestWithin } from '../process/deadline-request.ts'
import { notificationWith, type Webhook, webhookMissing } from '../triggers/bucket-notification.ts'
import { putParts } from './multipart-upload.ts'
import { type ListPage, type ListRequest, listPage, listQuery } from './object-listing.ts'
import { type StorageTarget, s3Code, storageFailure } from './storage-failure.ts'
import {
  DEFAULT_TYPE,
  type OpenObject,
  type ServerCredentials,
  type StoredObject,
  type TemporaryCredentials,
  type Upload,
} from './stored-object.ts'

/** A server that is there refuses a stranger so soon; one that does not counts as away. */
const LOOK_MS = 500
/** A stream whose peer is silent for so long is given up. */
const IDLE_MS = 30_000
/** A thousand objects of a large bucket, of a server that may be far away, or have no processor left. */
const LISTING_TIME = new AnswerTime({ lookMs: 0, isThere: () => Promise.resolve(true) })
const CONNECTIONS_MAX = 64
const OBJECT_HEADERS = new Set(['content-type', 'content-length', 'etag', 'last-modified'])
/** S3's own limit of an upload in one piece. */
const SINGLE_PUT_BYTES_MAX = 5 * 1024 ** 3

export type Storage = { state: 'on'; store: ObjectStore } | { state: 'off'; reason: string }

/** The store; throws StorageOff with the reason where there is none. */
export function storeOf(storage: Storage): ObjectStore {
  if (storage.state === 'on') return storage.store
  throw new HearthError('StorageOff', { reason: storage.reason })
}

export interface ObjectStoreOptions extends ServerCredentials {
  endpoint: string
  /** What the server's webhooks are to be set to; told to the user where they are not. */
  webhook: Webhook
}

/**
 * An S3 server. Verbs answer within 2 s, or 5 s where the server is there and slow, or throw
 * StorageUnavailable; bodies stream, and are given up when their peer falls silent. BucketNotFound and
 * ObjectNotFound where these are not there.
 */
export class ObjectStore {
  readonly endpoint: string
  readonly webhook: Webhook
  readonly credentials: ServerCredentials
  readonly #options: ObjectStoreOptions
  readonly #agent: HttpAgent
  readonly #answerTime: AnswerTime
  readonly #asking: Client
  readonly #listing: Client
  readonly #reading: Client
  readonly #writing: Client

  static open(options: ObjectStoreOptions): ObjectStore {
    return new ObjectStore(options)
  }

  private constructor(options: ObjectStoreOptions) {
    const { protocol, origin } = new URL(options.endpoint)
    const connections = { keepAlive: true, maxSockets: CONNECTIONS_MAX }
    this.#options = options
    this.#agent = protocol === 'https:' ? new HttpsAgent(connections) : new HttpAgent(connections)
    const time = new AnswerTime({ lookMs: LOOK_MS, isThere: () => isThere(origin) })
    this.#answerTime = time
    this.#asking = makeClient(options, this.#agent, { whole: time })
    this.#listing = makeClient(options, this.#agent, { whole: LISTING_TIME })
    this.#reading = makeClient(options, this.#agent, { head: time, idleMs: IDLE_MS })
    this.#writing = makeClient(options, this.#agent, { idleMs: IDLE_MS })
    this.endpoint = origin
    this.webhook = options.webhook
    this.credentials = options
  }

  close(): void {
    this.#agent.destroy()
  }

  /** Resolves when the server answers and takes our key. */
  async ping(): Promise<void> {
    await this.listBuckets()
  }

  async listBuckets(): Promise<{ name: string; createdAt: string }[]> {
    const buckets = await told({}, () => this.#asking.listBuckets())
    return buckets.map(({ name, creationDate }) => ({
      name,
      createdAt: creationDate.toISOString(),
    }))
  }

  /** Throws BucketNotFound. */
  async requireBucket(bucket: string): Promise<void> {
    const exists = await told({ bucket }, () => this.#asking.bucketExists(bucket))
    if (!exists) throw new HearthError('BucketNotFound', { bucket })
  }

  /** False where it was there already; it is left as it is. */
  async createBucket(bucket: string): Promise<boolean> {
    try {
      await told({ bucket }, () => this.#asking.makeBucket(bucket))
      return true
    } catch (error) {
      if (s3Code((error as HearthError).cause) === 'BucketAlreadyOwnedByYou') return false
      throw error
    }
  }

  /**
   * Stores what `body` yields, streamed in one piece where its size is known, else in parts of
   * 8 MB with one in memory at a time. An upload that breaks off leaves the object as it was.
   */
  async putObject(upload: Upload, body: Readable): Promise<{ eTag: string }> {
    await this.#expectBucket(upload.bucket)
    const { size } = upload
    return await told(upload, async () => {
      if (size === undefined || size > SINGLE_PUT_BYTES_MAX) {
        const clients = { asking: this.#asking, writing: this.#writing }
        return { eTag: unquoted(await putParts(clients, upload, body)) }
      }
      const headers = {
        'content-type': upload.contentType ?? DEFAULT_TYPE,
        'content-length': size,
        ...(upload.depth !== undefined && { 'user-agent': depthMark(upload.depth) }),
      }
      const request = { method: 'PUT', bucketName: upload.bucket, objectName: upload.key, headers }
      const response = await this.#writing.makeRequestStreamAsync(request, body, '', [200], REGION)
      response.resume()
      return { eTag: unquoted(response.headers.etag) }
    })
  }

  /**
   * Asked before a body is read, so that a server that hangs or a missing bucket is told at once.
   * A key that may write but not look gets its answer from the upload itself.
   */
  async #expectBucket(bucket: string): Promise<void> {
    try {
      await this.requireBucket(bucket)
    } catch (error) {
      if (s3Code((error as HearthError).cause) !== 'AccessDenied') throw error
    }
  }

  async getObject(bucket: string, key: string): Promise<OpenObject> {
    const body = await told({ bucket, key }, () => this.#reading.getObject(bucket, key))
    const { headers = {} } = body as { headers?: Record<string, string> }
    const passed = Object.entries(headers).filter(([name]) => OBJECT_HEADERS.has(name))
    return { body, headers: Object.fromEntries(passed) }
  }

  /** Resolves whether it was there or not, as S3 does. */
  async removeObject(bucket: string, key: string): Promise<void> {
    await told({ bucket, key }, () => this.#asking.removeObject(bucket, key))
  }

  /** In the order of keys; `cursor` is the one that the page before answered with. */
  async listObjects(
    bucket: string,
    page: { limit: number; prefix?: string | undefined; cursor?: string | undefined },
  ): Promise<{ objects: StoredObject[]; cursor?: string }> {
    const after = Buffer.from(page.cursor ?? '', 'base64url').toString()
    // The first version of S3's listing: the client reads the keys of the second one as numbers.
    const found = await told({ bucket }, () =>
      this.#asking.listObjectsQuery(bucket, page.prefix ?? '', after, {
        Delimiter: '',
        MaxKeys: page.limit,
      }),
    )
    const objects = found.objects.map(({ name = '', size = 0, etag = '', lastModified }) => ({
      key: name,
      size,
      eTag: etag,
      lastModified: lastModified?.toISOString() ?? '',
    }))
    const last = objects.at(-1)
    if (!found.isTruncated || !last) return { objects }
    return { objects, cursor: Buffer.from(last.key).toString('base64url') }
  }

  /** A page of everything, in the order of keys, for one who has time: it may take 5 s, whoever is silent. */
  async listAll(bucket: string, page: ListRequest): Promise<ListPage> {
    const { prefix, marker, options } = listQuery(page)
    return listPage(
      await told({ bucket }, () => this.#listing.listObjectsQuery(bucket, prefix, marker, options)),
    )
  }

  /** Whether a bucket has, or had, versions; and the server's clock, in ms since 1970, to the second. */
  async readVersioning(bucket: string): Promise<{ isVersioned: boolean; clockMs: number }> {
    return await told({ bucket }, async () => {
      const request = { method: 'GET', bucketName: bucket, query: 'versioning' }
      const response = await this.#asking.makeRequestAsync(request)
      const text = Buffer.concat(await response.toArray()).toString()
      const clockMs = Date.parse(response.headers.date ?? '')
      return { isVersioned: text.includes('<Status>'), clockMs: clockMs || Date.now() }
    })
  }

  /**
   * Makes a bucket report exactly these events to the platform (none: nothing any more), and
   * leaves what others set there. Throws WebhookMissing where the server does not know our targets.
   */
  async reportEvents(bucket: string, events: readonly string[]): Promise<void> {
    const current = await this.readNotification(bucket)
    const wanted = notificationWith(current, events)
    if (wanted === current) return
    try {
      await this.writeNotification(bucket, wanted)
    } catch (error) {
      const { cause } = error as HearthError
      throw webhookMissing(s3Code(cause), this.#options) ?? error
    }
  }

  /** A bucket's notification configuration, as S3's XML. */
  async readNotification(bucket: string): Promise<string> {
    return await told({ bucket }, async () => {
      const request = { method: 'GET', bucketName: bucket, query: 'notification' }
      const response = await this.#asking.makeRequestAsync(request)
      return Buffer.concat(await response.toArray()).toString()
    })
  }

  async writeNotification(bucket: string, xml: string): Promise<void> {
    const request = { method: 'PUT', bucketName: bucket, query: 'notification' }
    await told({ bucket }, () => this.#asking.makeRequestAsyncOmit(request, xml))
  }

  /**
   * Credentials that may do what both the platform's own and `policy` (AWS's policy language,
   * at most 2,048 characters) allow.
   */
  async temporaryCredentials(policy: string, seconds: number): Promise<TemporaryCredentials> {
    // Of its own, because the client sends this request past the transport that has the deadlines.
    const agent = this.endpoint.startsWith('https:') ? new HttpsAgent() : new HttpAgent()
    const provider = new AssumeRoleProvider({
      stsEndpoint: this.endpoint,
      accessKey: this.#options.accessKeyId,
      secretKey: this.#options.secretAccessKey,
      sessionToken: this.#options.sessionToken ?? '',
      region: REGION,
      durationSeconds: seconds,
      policy,
      transportAgent: agent,
    })
    const expiresAt = Date.now() + seconds * 1000
    const answered = this.#answerTime.limit(() => agent.destroy())
    try {
      const made = await told({}, () => provider.getCredentials())
      return {
        accessKeyId: made.accessKey,
        secretAccessKey: made.secretKey,
        sessionToken: made.sessionToken ?? '',
        expiresAt,
      }
    } finally {
      answered()
      agent.destroy()
    }
  }
}

function makeClient(options: ObjectStoreOptions, agent: HttpAgent, deadlines: Deadlines): Client {
  const { hostname, port, protocol } = new URL(options.endpoint)
  const useSSL = protocol === 'https:'
  const client = new Client({
    endPoint: hostname,
    port: Number(port) || (useSSL ? 443 : 80),
    useSSL,
    accessKey: options.accessKeyId,
    secretKey: options.secretAccessKey,
    ...(options.sessionToken !== undefined && { sessionToken: options.sessionToken }),
    region: REGION,
    retryOptions: { disableRetry: true },
    transportAgent: agent,
    transport: { request: requestWithin(deadlines) as never },
  })
  // To sign a payload is to hold it in memory; unsigned it streams.
  client.enableSHA256 = false
  return client
}

/**
 * Whether the server goes on: any answer says so. What it refuses costs it no disk, unlike a bucket that
 * is made or an object that is removed.
 */
async function isThere(origin: string): Promise<boolean> {
  const signal = AbortSignal.timeout(LOOK_MS)
  return await fetch(origin, { method: 'HEAD', redirect: 'manual', signal }).then(
    () => true,
    () => false,
  )
}

async function told<T>(target: StorageTarget, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (cause) {
    throw storageFailure(cause, target)
  }
}

function unquoted(eTag = ''): string {
  return eTag.replaceAll('"', '')
}
