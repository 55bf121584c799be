import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CODE_BUCKET } from '../../core/identifiers.ts'
import { type ObjectStore, storeOf } from '../../core/storage/object-store.ts'
import { forgetContentType } from '../content-type.ts'
import { HARMLESS } from '../object-headers.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { replaceObjectTriggers } from '../trigger-deployment.ts'
import { mayUseStorage } from './s3-access.ts'
import { readAddress, refuseInternals, type S3Address } from './s3-address.ts'
import { S3Connection, type StorageRequest } from './s3-connection.ts'
import { answerS3Error, S3Error } from './s3-error.ts'
import { passedOn, valuesOf } from './s3-headers.ts'
import { answerNotification } from './s3-notification.ts'
import { requireStorageRight } from './s3-rights.ts'
import { StorageSigner, untouched } from './s3-signing.ts'
import { AWS_PREFIX } from './signed-service.ts'

/** A listing of some 100,000 buckets. */
const LISTING_BYTES_MAX = 16 * 1024 * 1024

/** The store, and the way to it. */
interface Way {
  store: ObjectStore
  connection: S3Connection
  signer: StorageSigner
}

/**
 * S3 on the gateway's own address: what is signed for `s3` goes to the object store and its answer
 * comes back, both as streams. The gateway itself answers for the notifications of buckets.
 */
export function s3Routes(app: GatewayApp, parts: GatewayParts): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, done) => done(null))
  app.setErrorHandler(answerS3Error)
  const way = wayTo(parts)
  app.addHook('onClose', async () => way?.connection.close())
  app.all(
    `${AWS_PREFIX}/s3`,
    { onRequest: forgetContentType, schema: { hide: true } },
    async (request, reply) => {
      const address = readAddress(request.originalUrl)
      const { store } = way ?? { store: storeOf(parts.storage) }
      const isAnsweredHere = isNotification(request.method, address)
      const access = mayUseStorage(
        { headers: request.headers, query: address.query, isAnsweredHere },
        { storeAccessKeyId: store.credentials.accessKeyId, accessKeys: parts.accessKeys },
      )
      const key =
        access === 'verify and sign anew'
          ? requireStorageRight(request, address, parts.accessKeys)
          : undefined
      refuseInternals(address, valuesOf(request.raw.rawHeaders, 'x-amz-copy-source'))
      if (isAnsweredHere) {
        return await answerNotification(parts, { bucket: address.bucket, request, reply, key })
      }
      if (address.bucket === '') requireListing(request.method, address)
      const outgoing =
        access !== 'forward untouched'
          ? await (way as Way).signer.sign(request.raw, address)
          : untouched(request.raw, request.originalUrl)
      await pass({ parts, way: way as Way, request, reply, address }, outgoing)
    },
  )
}

function wayTo({ storage }: GatewayParts): Way | undefined {
  if (storage.state === 'off') return undefined
  const { store } = storage
  return { store, connection: new S3Connection(store.endpoint), signer: new StorageSigner(store) }
}

function isNotification(method: string, { bucket, key, query }: S3Address): boolean {
  return (
    bucket !== '' &&
    key === '' &&
    query.has('notification') &&
    (method === 'GET' || method === 'PUT')
  )
}

/** Of the service as a whole S3 has one operation, ListBuckets; MinIO's others look into every bucket. */
function requireListing(method: string, { query }: S3Address): void {
  const reads = method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
  if (reads && !query.has('events')) return
  throw new S3Error(
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
  )
}

interface Exchange {
  parts: GatewayParts
  way: Way
  request: FastifyRequest
  reply: FastifyReply
  address: S3Address
}

/** Sends a request on, and the answer back. Whoever hangs up, on either side, ends it on both. */
async function pass(exchange: Exchange, outgoing: StorageRequest): Promise<void> {
  const { request, reply, way, address } = exchange
  const abort = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) abort.abort()
  })
  let response: IncomingMessage
  try {
    response = await way.connection.send(outgoing, abort.signal)
  } catch (error) {
    // A body that was begun is nobody's now, and would stand before the connection's next request.
    request.raw.resume()
    if (!abort.signal.aborted) throw error
    reply.hijack()
    return
  }
  await followBucket(exchange, response.statusCode ?? 0)
  const listing = address.bucket === '' ? await listingWithoutOurs(response) : undefined
  reply.hijack()
  const drop = (name: string) =>
    name in HARMLESS || name === 'x-request-id' || (listing && name === 'content-length')
  const headers = passedOn(response.rawHeaders, (name) => Boolean(drop(name)))
  headers.push('x-request-id', request.id, ...Object.entries(HARMLESS).flat())
  if (listing) headers.push('content-length', String(listing.length))
  reply.raw.writeHead(response.statusCode ?? 502, response.statusMessage, headers)
  if (listing) reply.raw.end(request.method === 'HEAD' ? undefined : listing)
  else await stream(response, exchange)
  request.raw.resume()
}

/** One of the two sides that breaks off ends the other's connection: its length is short then. */
async function stream(response: IncomingMessage, { request, reply }: Exchange): Promise<void> {
  response.once('end', () => {
    const { trailers } = response
    if (Object.keys(trailers).length > 0) reply.raw.addTrailers(trailers as Record<string, string>)
  })
  try {
    await pipeline(response, reply.raw)
  } catch (error) {
    request.log.debug({ err: error, requestId: request.id }, 'An object broke off')
  }
}

/**
 * A bucket that is made brings the triggers that wait for it into force; one that is removed takes
 * its triggers with it, as in S3. The store has done it by now, and its answer stands.
 */
async function followBucket({ parts, request, address }: Exchange, status: number): Promise<void> {
  const { bucket, key, query } = address
  if (key !== '' || bucket === '' || status >= 300) return
  const plain = [...query.keys()].every((name) => /^x-(?:id|amz-.*)$/i.test(name))
  if (!plain) return
  try {
    if (request.method === 'PUT') await parts.triggers.bucketMade(bucket)
    if (request.method === 'DELETE') await replaceObjectTriggers(parts, bucket, [])
  } catch (error) {
    request.log.error({ err: error, bucket }, 'Triggers of a bucket could not be set')
  }
}

/** The answer to ListBuckets without the platform's own bucket; undefined where it is no listing. */
async function listingWithoutOurs(response: IncomingMessage): Promise<Buffer | undefined> {
  if (response.statusCode !== 200 || response.headers['content-length'] === '0') return undefined
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > LISTING_BYTES_MAX) throw new S3Error('InternalError', 'There are too many buckets.')
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString()
  const listed = text.replaceAll(/<Bucket>.*?<\/Bucket>/gs, (entry) =>
    entry.includes(`<Name>${CODE_BUCKET}</Name>`) ? '' : entry,
  )
  return Buffer.from(listed)
}
