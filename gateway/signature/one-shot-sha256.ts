import { hash } from 'node:crypto'

type Data = string | ArrayBuffer | ArrayBufferView

const BLOCK_BYTES = 64
const INNER = 0x36
const OUTER = 0x5c

/**
 * SHA-256, or with a secret its HMAC (RFC 2104), as the signer of a request takes it. What is hashed
 * for a signature is short and each secret is used once or twice: Node's own HMAC would spend most
 * of its time on making a key object of the secret.
 */
export class OneShotSha256 {
  readonly #secret: Buffer | undefined
  #chunks: Buffer[] = []

  constructor(secret?: Data) {
    this.#secret = secret === undefined ? undefined : blockOf(bytesOf(secret))
  }

  update(data: Data): void {
    this.#chunks.push(bytesOf(data))
  }

  async digest(): Promise<Uint8Array> {
    const secret = this.#secret
    if (!secret) return sha256(this.#chunks)
    return sha256([padded(secret, OUTER), sha256([padded(secret, INNER), ...this.#chunks])])
  }

  reset(): void {
    this.#chunks = []
  }
}

function sha256(chunks: Buffer[]): Buffer {
  return hash('sha256', Buffer.concat(chunks), 'buffer')
}

function bytesOf(data: Data): Buffer {
  if (typeof data === 'string') return Buffer.from(data)
  if (!ArrayBuffer.isView(data)) return Buffer.from(data)
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
}

/** A secret that is longer than a block counts by its hash. */
function blockOf(secret: Buffer): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES)
  const short = secret.length > BLOCK_BYTES ? sha256([secret]) : secret
  short.copy(block)
  return block
}

function padded(block: Buffer, pad: number): Buffer {
  const bytes = Buffer.allocUnsafe(BLOCK_BYTES)
  for (let at = 0; at < BLOCK_BYTES; at += 1) bytes[at] = (block[at] as number) ^ pad
  return bytes
}
