import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { joinStreams, type OpenStream } from './stream.ts'

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** An HTTP proxy whose every connection is a stream that the pool has allowed. */
export function createProxy(open: OpenStream): Server {
  // An invocation's own timeout is the bound: a slow upload is no attack from inside a sandbox.
  const server = createServer({ requestTimeout: 0, headersTimeout: 0 })
  server.on('connect', (message, socket, head) => {
    const client = socket as Socket
    if (head.length > 0) client.unshift(head)
    void tunnel(open, message.url ?? '', client)
  })
  server.on('request', (message, response) => void forward(open, message, response))
  return server
}

async function tunnel(open: OpenStream, authority: string, client: Socket): Promise<void> {
  client.on('error', () => client.destroy())
  const target = parseUrl(`tcp://${authority}`)
  if (!target?.port) {
    client.end(refusal(400, `"${authority}" is no host:port`))
    return
  }
  try {
    const stream = await open({ target: 'host', host: bare(target), port: Number(target.port) })
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    joinStreams(client, stream)
  } catch (error) {
    client.end(refusal(statusOf(error), reasonOf(error)))
  }
}

/**
 * A request with a whole URL. Some clients send even `https:` ones like that; the TLS then starts
 * here, still inside the sandbox.
 */
async function forward(
  open: OpenStream,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = parseUrl(message.url ?? '')
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    answer(response, 400, 'This is a proxy: the request needs a whole http or https URL')
    return
  }
  const secure = url.protocol === 'https:'
  const host = bare(url)
  try {
    const port = Number(url.port || (secure ? 443 : 80))
    const stream = await open({ target: 'host', host, port })
    const connection = secure ? connectTls({ socket: stream, servername: host }) : stream
    const upstream = request({
      createConnection: () => connection,
      method: message.method,
      path: url.pathname + url.search,
      headers: withoutHopByHop(message, url.host),
      setHost: false,
    })
    exchange(message, upstream, response)
  } catch (error) {
    answer(response, statusOf(error), reasonOf(error))
  }
}

function exchange(message: IncomingMessage, upstream: ClientRequest, response: ServerResponse) {
  // The stream was paused until somebody listens.
  upstream.on('socket', (socket) => socket.resume())
  upstream.on('response', (reply) => {
    response.writeHead(reply.statusCode ?? 502, reply.statusMessage, reply.rawHeaders)
    reply.on('error', () => response.destroy())
    reply.pipe(response)
  })
  upstream.on('error', (error) => {
    if (response.headersSent) response.destroy()
    else answer(response, 502, error.message)
  })
  response.on('close', () => upstream.destroy())
  message.pipe(upstream)
}

function withoutHopByHop(message: IncomingMessage, host: string): Record<string, string[]> {
  const headers: Record<string, string[]> = {}
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    if (values && !HOP_BY_HOP.has(name)) headers[name] = values
  }
  return { ...headers, host: headers.host ?? [host], connection: ['close'] }
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

/** The host without the brackets of an IPv6 address. */
function bare({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}

/** By its code: the error's class may be of another bundle. */
function statusOf(error: unknown): 403 | 502 {
  return (error as { code?: unknown }).code === 'ECONNREFUSED' ? 403 : 502
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function answer(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' })
  response.end(`${reason}\n`)
}

/** The same answer for a connection that has left HTTP behind. */
export function refusal(status: number, reason: string): string {
  const body = `${reason}\n`
  return [
    `HTTP/1.1 ${status} ${status === 403 ? 'Forbidden' : 'Bad Gateway'}`,
    'Content-Type: text/plain',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}
