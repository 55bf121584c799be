import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { encodeFrame } from '../../core/frame.ts'
import type { Egress as EgressRule } from '../../core/functions/function.ts'
import {
  entranceLine,
  entranceListener,
  type FunctionEntranceAddress,
} from '../../core/links/function-entrance.ts'
import type { OpenMessage, RefusedMessage } from '../../core/protocol.ts'
import { connected, OutboundConnections } from '../outbound-connections.ts'
import { decideEgress } from './egress-policy.ts'
import { RequestMarker } from './request-marker.ts'
import type { StreamRequest } from './sandbox-link.ts'

/** Connections of all sandboxes together. */
const STREAMS_MAX = 4096
/** A stream on which nothing passes for so long is closed: longer than any function may run. */
const SILENCE_MS_MAX = 16 * 60_000

export interface EgressOptions {
  s3Endpoint?: string | undefined
  /** Where functions call the platform's API. */
  entrance?: FunctionEntranceAddress | undefined
  /** Asked for public names, where not those of this host. */
  nameServers?: readonly string[]
}

/** The function, and the sandbox, that a stream comes from. */
export interface StreamOrigin {
  rule: EgressRule
  /** Of the invocation that its requests are of; undefined before the first one. */
  depth(): number | undefined
}

/**
 * Connects what sandboxes ask for, if their function's rule allows it.
 */
export class Egress {
  readonly #options: EgressOptions
  readonly #outbound: OutboundConnections
  #streams = 0

  constructor(options: EgressOptions) {
    this.#options = options
    this.#outbound = new OutboundConnections(options.nameServers)
  }

  /** Answers `opened` and joins the two streams, or `refused` with the reason; never throws. */
  async open(request: StreamRequest, { rule, depth }: StreamOrigin): Promise<void> {
    const { socket } = request
    if (this.#streams >= STREAMS_MAX) return refuse(socket, 'too many connections')
    this.#streams += 1
    socket.once('close', () => {
      this.#streams -= 1
    })
    try {
      const peer = await this.#connect(request.message, rule)
      if (socket.destroyed) peer.destroy()
      else if (request.message.target === 'host') join(request, peer)
      else join(request, peer, new RequestMarker(depth))
    } catch (error) {
      refuse(socket, (error as Error).message)
    }
  }

  async #connect(message: OpenMessage, rule: EgressRule): Promise<Socket> {
    const decision = decideEgress(message, rule)
    switch (decision.kind) {
      case 'refused':
        throw new Error(decision.reason)
      case 'platform':
        return this.#connectPlatform(decision.target)
      case 'named':
      case 'public':
        return this.#outbound.open(decision)
    }
  }

  async #connectPlatform(target: 's3' | 'lambda'): Promise<Socket> {
    const { s3Endpoint: endpoint, entrance } = this.#options
    if (target === 'lambda') {
      if (!entrance) throw new Error('there is no gateway here')
      const peer = await connected(connect(entranceListener(entrance.address)), 'connect')
      peer.write(entranceLine(entrance))
      return peer
    }
    if (!endpoint) throw new Error('object storage is off')
    const url = new URL(endpoint)
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
    if (url.protocol === 'https:') {
      const port = Number(url.port || 443)
      const servername = isIP(host) ? {} : { servername: host }
      return connected(connectTls({ host, port, ...servername }), 'secureConnect')
    }
    return connected(connect({ host, port: Number(url.port || 80) }), 'connect')
  }
}

/** `marker` stands between, on the way out. */
function join({ socket, rest }: StreamRequest, peer: Socket, marker?: RequestMarker): void {
  peer.setNoDelay(true)
  peer.allowHalfOpen = true
  for (const [one, other] of [
    [socket, peer],
    [peer, socket],
  ] as const) {
    one.on('error', () => undefined) // Followed by 'close'.
    one.once('close', () => other.destroy())
    one.setTimeout(SILENCE_MS_MAX, () => one.destroy())
  }
  socket.write(encodeFrame({ type: 'opened' }))
  const out = marker ?? peer
  marker?.pipe(peer)
  if (rest.length > 0) out.write(rest)
  socket.pipe(out)
  peer.pipe(socket)
}

function refuse(socket: Socket, reason: string): void {
  const message: RefusedMessage = { type: 'refused', reason }
  // It may be of one who never closes his side; he would hold one of all sandboxes' connections.
  socket.end(encodeFrame(message), () => socket.destroy())
}
