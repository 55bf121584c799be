import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'

export interface LoadOptions {
  url: string
  method?: string
  headers?: Record<string, string>
  body?: string
  clients: number
  /** Requests in all; the first tenth warms up and is not counted. */
  requests: number
  /** The status that every answer must have. */
  status?: number
}

export interface LoadResult {
  p50Ms: number
  p99Ms: number
  perSecond: number
}

const LOAD_MS_MAX = 120_000

/**
 * A closed loop over raw sockets: each client sends its next request when the answer to the last
 * one is whole. It parses no more of an answer than its status and length, so that what is
 * measured is the server.
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const warmUp = Math.ceil(options.requests / 10)
  await round({ ...options, requests: warmUp })
  const startedAt = performance.now()
  const latencies = await round(options)
  const seconds = (performance.now() - startedAt) / 1000
  latencies.sort((a, b) => a - b)
  return {
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    perSecond: latencies.length / seconds,
  }
}

export function percentile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

async function round(options: LoadOptions): Promise<number[]> {
  const latencies: number[] = []
  const request = requestBytes(options)
  let left = options.requests
  const clients = Array.from({ length: options.clients }, async () => {
    const client = await Client.open(options.url)
    try {
      while (left > 0) {
        left -= 1
        const sentAt = performance.now()
        const status = await client.send(request)
        latencies.push(performance.now() - sentAt)
        if (status !== (options.status ?? 200)) throw new Error(`${options.url} answered ${status}`)
      }
    } finally {
      client.close()
    }
  })
  await Promise.all(clients)
  return latencies
}

function requestBytes({ url, method = 'GET', headers = {}, body = '' }: LoadOptions): Buffer {
  const { host, pathname, search } = new URL(url)
  const all = {
    host,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`${method} ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
}

/** One keep-alive connection with one request under way. */
class Client {
  readonly #socket: Socket
  #received = Buffer.alloc(0) as Buffer
  #settle: { resolve(status: number): void; reject(error: Error): void } | undefined

  static open(url: string): Promise<Client> {
    const { hostname, port } = new URL(url)
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    return new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.once('connect', () => resolve(new Client(socket)))
    })
  }

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setTimeout(LOAD_MS_MAX, () => socket.destroy(new Error('No answer in time')))
    socket.on('data', (chunk) => this.#take(chunk))
    socket.on('error', (error) => this.#settle?.reject(error))
    socket.on('close', () => this.#settle?.reject(new Error('Connection closed')))
  }

  send(request: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#settle = undefined
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length > 0 ? Buffer.concat([this.#received, chunk]) : chunk
    const headEnd = this.#received.indexOf('\r\n\r\n')
    if (headEnd < 0) return
    const head = this.#received.toString('latin1', 0, headEnd)
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (this.#received.length < headEnd + 4 + length) return
    this.#received = Buffer.alloc(0) as Buffer
    this.#settle?.resolve(Number(head.slice(9, 12)))
  }
}
