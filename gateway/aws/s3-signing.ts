import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { Hash } from '@smithy/core/serde'
import { SignatureV4 } from '@smithy/signature-v4'
import { REGION } from '../../core/functions/function.ts'
import type { ObjectStore } from '../../core/storage/object-store.ts'
import { ChunkDecoder } from './aws-chunked.ts'
import { encode, encodedPath, type S3Address } from './s3-address.ts'
import type { StorageRequest } from './s3-connection.ts'
import { S3Error } from './s3-error.ts'
import { eachHeader, passedOn } from './s3-headers.ts'

/**
 * Of the signature that is replaced; `x-minio-` is how S3 servers of one kind speak to each other, and
 * by `snowball` they unpack an archive to keys that nobody was asked about.
 */
const DROPPED =
  /^(?:host|authorization|content-length|date|x-amz-date|x-amz-security-token|x-amz-content-sha256)$|^x-minio-|^x-amz-(?:meta-)?(?:minio-)?snowball-/
const OF_PRESIGNED_URLS =
  /^(?:x-amz-(?:algorithm|credential|date|expires|signedheaders|signature|security-token|content-sha256)|awsaccesskeyid|signature|expires)$/i
const OF_CHUNKS = /^(?:x-amz-decoded-content-length|x-amz-trailer|content-encoding)$/

const UNSIGNED = 'UNSIGNED-PAYLOAD'
const UNSIGNED_CHUNKS = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'
const SIGNED_CHUNKS = /^STREAMING-AWS4-(?:HMAC-SHA256|ECDSA-P256-SHA256)-PAYLOAD(-TRAILER)?$/

/** The request as its caller signed it; `target` is what the caller asked for. */
export function untouched(request: IncomingMessage, target: string): StorageRequest {
  const headers = passedOn(request.rawHeaders, (name) => name === 'content-length')
  return {
    method: request.method ?? '',
    target,
    headers: [...headers, ...framing(request)],
    ...(hasBody(request) && { body: () => request }),
  }
}

/** How the body's end is told. Without a body, S3 wants the length of an upload all the same. */
function framing({ headers, method }: IncomingMessage): string[] {
  if (headers['transfer-encoding'] !== undefined) return ['Transfer-Encoding', 'chunked']
  const length = headers['content-length']
  if (length !== undefined) return ['Content-Length', length]
  return method === 'PUT' || method === 'POST' ? ['Content-Length', '0'] : []
}

function hasBody({ headers }: IncomingMessage): boolean {
  const { 'transfer-encoding': encoding, 'content-length': length = '0' } = headers
  return encoding !== undefined || length !== '0'
}

/** Signs requests with the credentials of the platform's S3 server. */
export class StorageSigner {
  readonly #signer: SignatureV4
  readonly #host: string

  constructor({ endpoint, credentials }: Pick<ObjectStore, 'endpoint' | 'credentials'>) {
    this.#host = new URL(endpoint).host
    this.#signer = new SignatureV4({
      service: 's3',
      region: REGION,
      credentials,
      sha256: Hash.bind(null, 'sha256'),
      uriEscapePath: false,
      applyChecksum: false,
    })
  }

  /**
   * The request, signed by its header in place of what its caller signed. Chunks that are signed by
   * the caller's key lose their signatures. Throws InvalidArgument, InvalidRequest.
   */
  async sign(request: IncomingMessage, address: S3Address): Promise<StorageRequest> {
    const body = bodyOf(request)
    const query = [...address.query].filter(([name]) => !OF_PRESIGNED_URLS.test(name))
    const path = encodedPath(address)
    const headers = passedOn(request.rawHeaders, (name) => DROPPED.test(name) || body.drops(name))
    headers.push(...body.headers, 'Host', this.#host, 'x-amz-content-sha256', body.hash)
    const signed = await this.#signer.sign({
      method: request.method ?? '',
      protocol: 'http:',
      hostname: this.#host,
      path,
      query: asBag(query),
      headers: signable(headers),
    })
    const { authorization = '', 'x-amz-date': date = '' } = signed.headers
    headers.push('Authorization', authorization, 'x-amz-date', date)
    const text = query.map((pair) => pair.map(encode).join('=')).join('&')
    return {
      method: request.method ?? '',
      target: text === '' ? path : `${path}?${text}`,
      headers,
      ...(body.open && { body: body.open }),
    }
  }
}

interface SignedBody {
  open?: () => Readable
  /** What stands for its digest. */
  hash: string
  /** How its end is told, and in what form it is. */
  headers: string[]
  drops(header: string): boolean
}

function bodyOf(request: IncomingMessage): SignedBody {
  const { 'x-amz-content-sha256': given = UNSIGNED, 'content-encoding': coding } = request.headers
  const asItIs = { ...(hasBody(request) && { open: () => request }), headers: framing(request) }
  const keep = { ...asItIs, drops: () => false }
  // A digest is kept: the store compares it with what arrives.
  if (/^[0-9a-f]{64}$/i.test(String(given))) return { ...keep, hash: String(given) }
  if (given === UNSIGNED || given === UNSIGNED_CHUNKS) return { ...keep, hash: given }
  const [chunks, trailer] = SIGNED_CHUNKS.exec(String(given)) ?? []
  if (chunks === undefined) {
    const message =
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING- value, or a valid sha256 value.'
    throw new S3Error('InvalidArgument', message)
  }
  const bytes = decodedBytes(request)
  if (trailer !== undefined) {
    const open = () => decoded(request, new ChunkDecoder('unsigned chunks', bytes))
    const headers = ['Transfer-Encoding', 'chunked']
    return { open, headers, hash: UNSIGNED_CHUNKS, drops: () => false }
  }
  const others = (coding ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && one !== 'aws-chunked')
  const encodings = others.length > 0 ? ['Content-Encoding', others.join(',')] : []
  return {
    open: () => decoded(request, new ChunkDecoder('plain', bytes)),
    headers: ['Content-Length', String(bytes), ...encodings],
    hash: UNSIGNED,
    drops: (name) => OF_CHUNKS.test(name),
  }
}

function decodedBytes({ headers }: IncomingMessage): number {
  const given = headers['x-amz-decoded-content-length']
  if (typeof given === 'string' && /^\d{1,15}$/.test(given)) return Number(given)
  throw new S3Error('InvalidRequest', 'A body in chunks needs x-amz-decoded-content-length.')
}

/** Not by `pipeline`, which would cut the caller off before it has been told what is wrong. */
function decoded(request: IncomingMessage, decoder: ChunkDecoder): Readable {
  request.on('error', (error) => decoder.destroy(error))
  return request.pipe(decoder)
}

/** The host and all of `x-amz-`, as S3 demands; in UTF-8, as they are on the wire. */
function signable(headers: readonly string[]): Record<string, string> {
  const bag: Record<string, string> = {}
  eachHeader(headers, (name, value) => {
    const lower = name.toLowerCase()
    if (lower !== 'host' && !lower.startsWith('x-amz-')) return
    const text = Buffer.from(value, 'latin1').toString()
    bag[lower] = bag[lower] === undefined ? text : `${bag[lower]},${text}`
  })
  return bag
}

function asBag(pairs: readonly [string, string][]): Record<string, string[]> {
  const bag = new Map<string, string[]>()
  for (const [name, value] of pairs) bag.set(name, [...(bag.get(name) ?? []), value])
  return Object.fromEntries(bag)
}
