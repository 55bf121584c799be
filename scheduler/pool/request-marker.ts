import { Transform, type TransformCallback } from 'node:stream'
import { depthMark, withoutDepth } from '../../core/invocations/depth.ts'

/** A request's head that is longer, as none is that the S3 server or the gateway takes, is not looked at. */
const HEAD_BYTES_MAX = 64 * 1024
const LINE_BYTES_MAX = 4 * 1024
const HEAD_END = '\r\n\r\n'
const LINE_END = '\r\n'
const NOTHING = Buffer.alloc(0)

const REQUEST = /^[A-Z]+ \S+ HTTP\/1\.[01]\r\n/
const MAY_BE_REQUEST = /^[A-Z]{1,20}( |$)/
const USER_AGENT = /\r\nuser-agent:([^\r\n]*)/i
/** In `Authorization`, or in the URL of a presigned request. */
const SIGNED_USER_AGENT = /SignedHeaders=[^,&\s]*user-agent/i
const CHUNKED = /\r\ntransfer-encoding:[^\r\n]*\bchunked/i
const CONTENT_LENGTH = /\r\ncontent-length:[ \t]*(\d+)[ \t]*\r\n/i

/**
 * Where in the stream of requests it is. head: of a request. body, chunk: so many bytes are left of it.
 * chunk-size, trailer: a line of a chunked body. raw: it is no HTTP/1, and passes as it is.
 */
type Part =
  | { is: 'head' | 'chunk-size' | 'trailer'; held: Buffer }
  | { is: 'body' | 'chunk'; left: number }
  | { is: 'raw' }

/**
 * Passes a sandbox's requests on, with the depth of what they cause at the end of their `User-Agent`;
 * one that is signed stays as it is. Bodies are not looked at, nor copied.
 */
export class RequestMarker extends Transform {
  readonly #depth: () => number | undefined
  #part: Part = { is: 'head', held: NOTHING }

  /** `depth` is that of the invocation whose request it is, asked at each; undefined leaves it unmarked. */
  constructor(depth: () => number | undefined) {
    super()
    this.#depth = depth
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let rest = chunk
    while (rest.length > 0) rest = this.#take(rest)
    done()
  }

  override _flush(done: TransformCallback): void {
    if ('held' in this.#part) this.push(this.#part.held)
    done()
  }

  /** Gives back what is the next part's. */
  #take(bytes: Buffer): Buffer {
    const part = this.#part
    if ('held' in part) {
      const held = part.held.length === 0 ? bytes : Buffer.concat([part.held, bytes])
      return part.is === 'head' ? this.#takeHead(held) : this.#takeLine(part.is, held)
    }
    if (part.is === 'raw') {
      this.push(bytes)
      return NOTHING
    }
    const length = Math.min(part.left, bytes.length)
    this.push(bytes.subarray(0, length))
    part.left -= length
    if (part.left === 0) {
      this.#part = { is: part.is === 'body' ? 'head' : 'chunk-size', held: NOTHING }
    }
    return bytes.subarray(length)
  }

  #takeHead(held: Buffer): Buffer {
    const end = held.indexOf(HEAD_END)
    if (end < 0) {
      if (held.length > HEAD_BYTES_MAX || !MAY_BE_REQUEST.test(held.toString('latin1', 0, 20)))
        return this.#passRaw(held)
      this.#part = { is: 'head', held }
      return NOTHING
    }
    const head = held.toString('latin1', 0, end + HEAD_END.length)
    if (!REQUEST.test(head)) return this.#passRaw(held)
    this.push(Buffer.from(this.#marked(head), 'latin1'))
    this.#part = bodyOf(head)
    return held.subarray(end + HEAD_END.length)
  }

  #takeLine(is: 'chunk-size' | 'trailer', held: Buffer): Buffer {
    const end = held.indexOf(LINE_END)
    if (end < 0) {
      if (held.length > LINE_BYTES_MAX) return this.#passRaw(held)
      this.#part = { is, held }
      return NOTHING
    }
    const line = held.toString('latin1', 0, end)
    this.push(held.subarray(0, end + LINE_END.length))
    this.#part = afterLine(is, line)
    return held.subarray(end + LINE_END.length)
  }

  #passRaw(bytes: Buffer): Buffer {
    this.#part = { is: 'raw' }
    return bytes
  }

  #marked(head: string): string {
    const depth = this.#depth()
    if (depth === undefined || SIGNED_USER_AGENT.test(head)) return head
    const mark = depthMark(depth + 1)
    if (!USER_AGENT.test(head))
      return `${head.slice(0, -LINE_END.length)}User-Agent: ${mark}${HEAD_END}`
    return head.replace(
      USER_AGENT,
      (_line, value: string) => `\r\nUser-Agent:${withoutDepth(value)} ${mark}`,
    )
  }
}

function bodyOf(head: string): Part {
  if (CHUNKED.test(head)) return { is: 'chunk-size', held: NOTHING }
  const left = Number(CONTENT_LENGTH.exec(head)?.[1] ?? 0)
  return left > 0 ? { is: 'body', left } : { is: 'head', held: NOTHING }
}

function afterLine(is: 'chunk-size' | 'trailer', line: string): Part {
  if (is === 'trailer') return { is: line === '' ? 'head' : 'trailer', held: NOTHING }
  const size = /^[0-9a-f]{1,12}/i.exec(line)?.[0]
  if (size === undefined) return { is: 'raw' }
  const left = Number.parseInt(size, 16)
  // The line end behind a chunk counts as its last bytes.
  return left > 0 ? { is: 'chunk', left: left + LINE_END.length } : { is: 'trailer', held: NOTHING }
}
