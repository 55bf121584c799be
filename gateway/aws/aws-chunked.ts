import { Transform, type TransformCallback } from 'node:stream'
import { S3Error } from './s3-error.ts'

/** A chunk's size and signature, or a trailer with its checksum. */
const LINE_BYTES_MAX = 8 * 1024
const TRAILERS_MAX = 16
const SIZE_LINE = /^([0-9a-f]{1,8})(?:;chunk-signature=[0-9a-f]+)?$/i
const TRAILER_SIGNATURE = /^x-amz-trailer-signature:/i

/**
 * Takes the signatures out of an `aws-chunked` body as it streams through. `plain`: what is left is
 * the object's bytes. `unsigned chunks`: it stays in chunks, with its trailers, for a server that
 * compares the checksum in them. Destroyed with IncompleteBody where it is not `decodedBytes` long, or malformed.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export class ChunkDecoder extends Transform {
  readonly #framed: boolean
  readonly #decodedBytes: number
  #state: 'size' | 'data' | 'end of data' | 'trailers' = 'size'
  /** Bytes of the chunk that are to come. */
  #left = 0
  #taken = 0
  #trailers = 0
  #line = ''

  constructor(form: 'plain' | 'unsigned chunks', decodedBytes: number) {
    super()
    this.#framed = form === 'unsigned chunks'
    this.#decodedBytes = decodedBytes
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      for (let at = 0; at < bytes.length; ) at += this.#take(bytes, at)
      done()
    } catch (error) {
      done(error as Error)
    }
  }

  override _flush(done: TransformCallback): void {
    const ended = this.#state === 'trailers' && this.#line === ''
    const whole = ended && this.#taken === this.#decodedBytes
    if (whole && this.#framed) this.push('\r\n')
    done(whole ? null : incomplete())
  }

  /** Gives back how many bytes from `at` on it has taken: one or more. */
  #take(bytes: Buffer, at: number): number {
    if (this.#state !== 'data') return this.#takeLine(bytes, at)
    const piece = bytes.subarray(at, at + this.#left)
    this.push(piece)
    this.#left -= piece.length
    if (this.#left === 0) this.#state = 'end of data'
    return piece.length
  }

  #takeLine(bytes: Buffer, at: number): number {
    const newline = bytes.indexOf(0x0a, at)
    const end = newline < 0 ? bytes.length : newline
    this.#line += bytes.toString('latin1', at, end)
    if (this.#line.length > LINE_BYTES_MAX) throw incomplete()
    if (newline < 0) return end - at
    const line = this.#line.replace(/\r$/, '')
    this.#line = ''
    this.#read(line)
    return end + 1 - at
  }

  #read(line: string): void {
    if (this.#state === 'size') this.#begin(line)
    else if (this.#state === 'trailers') this.#readTrailer(line)
    else this.#endChunk(line)
  }

  #endChunk(line: string): void {
    if (line !== '') throw incomplete()
    if (this.#framed) this.push('\r\n')
    this.#state = 'size'
  }

  #begin(line: string): void {
    const [, digits] = SIZE_LINE.exec(line) ?? []
    if (digits === undefined) throw incomplete()
    this.#left = Number.parseInt(digits, 16)
    this.#taken += this.#left
    if (this.#taken > this.#decodedBytes) throw incomplete()
    if (this.#framed) this.push(`${digits}\r\n`)
    this.#state = this.#left === 0 ? 'trailers' : 'data'
  }

  #readTrailer(line: string): void {
    this.#trailers += 1
    if (this.#trailers > TRAILERS_MAX) throw incomplete()
    if (this.#framed && line !== '' && !TRAILER_SIGNATURE.test(line)) this.push(`${line}\r\n`)
  }
}

function incomplete(): S3Error {
  return new S3Error(
    'IncompleteBody',
    'The request body terminated unexpectedly, or is not what x-amz-decoded-content-length and its chunks say',
  )
}
