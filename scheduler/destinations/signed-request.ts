import { createHmac } from 'node:crypto'
import { request as requestHttp } from 'node:http'
import { isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Egress as EgressRule } from '../../core/functions/function.ts'
import type { HttpDestination } from '../../core/invocations/destination.ts'
import { withDeadline } from '../deadline.ts'
import { connected, ForbiddenAddress, type OutboundConnections } from '../outbound-connections.ts'
import { decideEgress } from '../pool/egress-policy.ts'
import { Undeliverable } from './undeliverable.ts'

/** From the first byte to the answer's head; as Standard Webhooks advises. */
const ANSWER_MS = 15_000
const SECRET_PREFIX = 'whsec_'

export interface SignedRequest {
  destination: HttpDestination
  /** Names the message; the same for every attempt. */
  id: string
  body: Buffer
  /** Whether a private address may be reached: those that the function's list names. */
  egress: EgressRule
}

/**
 * POSTs a message, signed as Standard Webhooks has it, so that a receiver can check it with a
 * library: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * Resolves where the answer is 2xx; no redirect is followed. Rejects with Undeliverable where the
 * address is not allowed.
 */
export async function postSigned(
  connections: OutboundConnections,
  { destination, id, body, egress }: SignedRequest,
): Promise<void> {
  const url = new URL(destination.url)
  const status = await withDeadline(ANSWER_MS, `POST ${url.origin}`, async (signal) => {
    const socket = await openConnection(connections, url, egress)
    try {
      return await post(socket, {
        url,
        body,
        headers: signed(id, body, destination.secret),
        signal,
      })
    } finally {
      socket.destroy()
    }
  })
  if (status < 200 || status > 299) throw new Error(`${url.origin} answered ${status}`)
}

function signed(id: string, body: Buffer, secret = ''): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000))
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body)
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature.digest('base64')}`,
  }
}

async function openConnection(
  connections: OutboundConnections,
  { protocol, hostname, port }: URL,
  egress: EgressRule,
): Promise<Socket> {
  const isSecure = protocol === 'https:'
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const asked = { host, port: Number(port || (isSecure ? 443 : 80)) }
  // "none" is what the function's code may reach; this is the operator's own choice.
  const rule = egress === 'none' ? 'public' : egress
  const decision = decideEgress({ type: 'open', target: 'host', ...asked }, rule)
  if (decision.kind === 'refused') throw new Undeliverable(decision.reason)
  if (decision.kind === 'platform') throw new Undeliverable('not a host')
  const socket = await connections.open(decision).catch((error: unknown) => {
    // What a name says may change; an address will not.
    const isHopeless = error instanceof ForbiddenAddress && isIP(host) !== 0
    throw isHopeless ? new Undeliverable(error.message) : error
  })
  if (!isSecure) return socket
  const servername = isIP(host) ? {} : { servername: host }
  return connected(connectTls({ socket, host, ...servername }), 'secureConnect')
}

async function post(
  socket: Socket,
  message: { url: URL; body: Buffer; headers: Record<string, string>; signal: AbortSignal },
): Promise<number> {
  const { url, body, headers, signal } = message
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const request = requestHttp({
    method: 'POST',
    host: url.hostname,
    path: `${url.pathname}${url.search}`,
    headers: {
      host: url.host,
      'content-type': 'application/json',
      'content-length': body.length,
      'user-agent': 'Hearth',
      ...headers,
    },
    createConnection: () => socket,
    signal,
  })
  request.once('response', (response) => {
    // What it says is nobody's business here, and could be endless.
    response.destroy()
    resolve(response.statusCode ?? 0)
  })
  request.once('error', reject)
  request.end(body)
  return promise
}
