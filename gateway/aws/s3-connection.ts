import { type ClientRequest, Agent as HttpAgent, IncomingMessage, request } from 'node:http'
import {
  Agent as HttpsAgent,
  type RequestOptions as HttpsOptions,
  request as requestHttps,
} from 'node:https'
import type { Readable } from 'node:stream'
import { S3Error } from './s3-error.ts'

const CONNECT_MS = 1500
/** Until the head of the answer where nothing is sent: a listing of many keys is the slowest. */
const HEAD_MS = 5000
/** Without a byte in either direction. An answer to what was sent may take as long. */
const IDLE_MS = 60_000
/** A connection that nobody uses; the S3 server itself hangs up after 30 s. */
const KEEP_MS = 10_000
const CONNECTIONS_MAX = 256

/** A request as it goes to the S3 server. */
export interface StorageRequest {
  method: string
  /** As it stands in the request line. */
  target: string
  /** Name, value, name, value, …, `Host` among them. */
  headers: readonly string[]
  /** Opens the body, which flows from then on. */
  body?: (() => Readable) | undefined
}

/** Connections to the S3 server that are kept; bodies stream through them in both directions. */
export class S3Connection {
  readonly #endpoint: URL
  readonly #agent: HttpAgent

  constructor(endpoint: string) {
    this.#endpoint = new URL(endpoint)
    const options = { keepAlive: true, maxSockets: CONNECTIONS_MAX, timeout: KEEP_MS }
    this.#agent = this.#isTls ? new HttpsAgent(options) : new HttpAgent(options)
  }

  get #isTls(): boolean {
    return this.#endpoint.protocol === 'https:'
  }

  close(): void {
    this.#agent.destroy()
  }

  /**
   * Resolves with the head of the answer, whose body is to be read; the request's body may still be
   * on its way. Throws ServiceUnavailable where the server does not answer, SlowDown where it has
   * no connection left, and what the body itself was destroyed with. `signal` ends both directions.
   */
  send(outgoing: StorageRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const { hostname, port } = this.#endpoint
    const options: HttpsOptions = {
      host: hostname.replace(/^\[|\]$/g, ''),
      port,
      servername: hostname,
      method: outgoing.method,
      path: outgoing.target,
      headers: outgoing.headers,
      agent: this.#agent,
      signal,
    }
    const sent = this.#isTls ? requestHttps(options) : request(options)
    limit(sent, outgoing)
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    sent.once('response', resolve)
    // Stays for ever: a server that has answered early may still cut what is being sent.
    sent.on('error', (error) => reject(error instanceof S3Error ? error : unavailable(error)))
    if (outgoing.body) pump(outgoing.body(), sent)
    else sent.end()
    return promise
  }
}

function pump(body: Readable & { rawTrailers?: string[] }, sent: ClientRequest): void {
  // Stays: where nobody listened any more, a second error would end the process.
  body.on('error', (error) => sent.destroy(error))
  sent.once('close', () => {
    // The caller's own connection is to carry the answer yet.
    if (!(body instanceof IncomingMessage)) body.destroy()
  })
  body.once('end', () => {
    const trailers = body.rawTrailers ?? []
    if (trailers.length > 0) sent.addTrailers(pairs(trailers))
  })
  body.pipe(sent)
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [
    flat[2 * index] as string,
    flat[2 * index + 1] as string,
  ])
}

function limit(sent: ClientRequest, { body }: StorageRequest): void {
  const tooBusy = new S3Error('SlowDown', 'Object storage has no connection free. Try again soon.')
  let late = setTimeout(() => sent.destroy(tooBusy), CONNECT_MS)
  const connected = () => {
    clearTimeout(late)
    if (!body) late = setTimeout(() => sent.destroy(silent(HEAD_MS)), HEAD_MS)
  }
  sent.once('socket', (socket) => {
    clearTimeout(late)
    if (!socket.connecting) return connected()
    late = setTimeout(() => sent.destroy(silent(CONNECT_MS)), CONNECT_MS)
    socket.once('connect', connected)
  })
  sent.once('response', () => clearTimeout(late))
  sent.once('close', () => clearTimeout(late))
  sent.setTimeout(IDLE_MS, () => sent.destroy(silent(IDLE_MS)))
}

function silent(ms: number): Error {
  return new Error(`no answer within ${ms} ms`)
}

function unavailable(cause: Error & { code?: string }): S3Error {
  const reason = cause.code ?? cause.message
  return new S3Error(
    'ServiceUnavailable',
    `Object storage cannot be reached (${reason}). Check that the S3 server runs; this request may be repeated.`,
    { cause },
  )
}
