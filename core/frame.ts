/**
 * The form on the wire between the pool and a sandbox, and between a gateway and a scheduler.
 *
 * A frame is `u32 head length | u32 body length | head | body`, big endian. The head is a JSON
 * object with a `type`; the body is raw bytes that nobody on the way parses: an event goes from
 * the caller's request to the handler untouched.
 *
 * This file has no imports: the runtime in a sandbox shares it with the platform.
 */

/** Bytes of the largest body a frame may carry: a synchronous payload, with room for its envelope. */
export const MAX_BODY_BYTES = 8 * 1024 * 1024
/** Bytes of the largest head: an environment of 4 KB, an error with its trace, and room. */
export const MAX_HEAD_BYTES = 1024 * 1024

const PREFIX_BYTES = 8
const EMPTY = Buffer.alloc(0)

export interface Frame<Head extends { type: string } = { type: string }> {
  head: Head
  body: Buffer
}

/** Thrown when a peer sends what is no frame; the connection must be closed, nothing after it can be read. */
export class ProtocolError extends Error {
  override name = 'ProtocolError'
}

/** One buffer for one `write`, so that a frame is one system call. */
export function encodeFrame(head: { type: string }, body: Uint8Array = EMPTY): Buffer {
  const headText = JSON.stringify(head)
  const headBytes = Buffer.byteLength(headText)
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + headBytes + body.byteLength)
  frame.writeUInt32BE(headBytes, 0)
  frame.writeUInt32BE(body.byteLength, 4)
  frame.write(headText, PREFIX_BYTES)
  frame.set(body, PREFIX_BYTES + headBytes)
  return frame
}

/**
 * Cuts a byte stream into frames. Holds at most one unfinished frame, whose size was checked
 * before its bytes were waited for.
 */
export class FrameReader<Head extends { type: string } = { type: string }> {
  #chunks: Buffer[] = []
  #size = 0
  #wanted = PREFIX_BYTES

  /** Returns the frames that `chunk` completes. Throws ProtocolError when the stream cannot be frames. */
  push(chunk: Buffer): Frame<Head>[] {
    const only = this.#size === 0 ? onlyFrame<Head>(chunk) : undefined
    if (only) return [only]
    this.#chunks.push(chunk)
    this.#size += chunk.length
    const frames: Frame<Head>[] = []
    while (this.#size >= this.#wanted) {
      const frame = this.#next()
      if (frame) frames.push(frame)
    }
    return frames
  }

  /** Takes one frame and gives back every byte after it: for connections that turn raw. */
  pushFirst(chunk: Buffer): { frame: Frame<Head>; rest: Buffer } | undefined {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    while (this.#size >= this.#wanted) {
      const frame = this.#next()
      if (frame) return { frame, rest: this.#joined() }
    }
    return undefined
  }

  #next(): Frame<Head> | undefined {
    const bytes = this.#joined()
    const headBytes = bytes.readUInt32BE(0)
    const bodyBytes = bytes.readUInt32BE(4)
    if (headBytes > MAX_HEAD_BYTES || bodyBytes > MAX_BODY_BYTES) {
      throw new ProtocolError(`Frame of ${headBytes} + ${bodyBytes} bytes is larger than allowed`)
    }
    const end = PREFIX_BYTES + headBytes + bodyBytes
    if (bytes.length < end) {
      this.#wanted = end
      return undefined
    }
    const head = parseHead<Head>(bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + headBytes))
    const body = bytes.subarray(PREFIX_BYTES + headBytes, end)
    this.#chunks = bytes.length > end ? [bytes.subarray(end)] : []
    this.#size = bytes.length - end
    this.#wanted = PREFIX_BYTES
    return { head, body }
  }

  #joined(): Buffer {
    const [first = EMPTY, second] = this.#chunks
    if (second === undefined) return first
    const bytes = Buffer.concat(this.#chunks, this.#size)
    this.#chunks = [bytes]
    return bytes
  }
}

/** The usual case: the chunk is one frame, no more and no less. */
function onlyFrame<Head extends { type: string }>(chunk: Buffer): Frame<Head> | undefined {
  if (chunk.length < PREFIX_BYTES) return undefined
  const headEnd = PREFIX_BYTES + chunk.readUInt32BE(0)
  if (chunk.length !== headEnd + chunk.readUInt32BE(4)) return undefined
  if (headEnd > MAX_HEAD_BYTES || chunk.length - headEnd > MAX_BODY_BYTES) return undefined
  return {
    head: parseHead<Head>(chunk.subarray(PREFIX_BYTES, headEnd)),
    body: chunk.subarray(headEnd),
  }
}

function parseHead<Head>(bytes: Buffer): Head {
  let head: unknown
  try {
    head = JSON.parse(bytes.toString())
  } catch (cause) {
    throw new ProtocolError('Frame head is not JSON', { cause })
  }
  if (typeof (head as { type?: unknown } | null)?.type !== 'string') {
    throw new ProtocolError('Frame head has no type')
  }
  return head as Head
}
