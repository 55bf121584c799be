import { lookup, Resolver } from 'node:dns/promises'
import { connect, isIP, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { connect as connectTls } from 'node:tls'
import type { Egress as EgressRule } from '../../core/function.ts'
import { encodeFrame, type OpenMessage, type RefusedMessage } from '../../core/protocol.ts'
import { withDeadline } from '../deadline.ts'
import { decideEgress, isPublicAddress } from './egress-policy.ts'
import type { StreamRequest } from './sandbox-link.ts'

/** Connections of all sandboxes together. */
const STREAMS_MAX = 4096
/** Of one name, so many addresses are tried. */
const ADDRESSES_MAX = 4
const RESOLVE_MS_MAX = 5000
const CONNECT_MS_MAX = 5000
/** A stream on which nothing passes for so long is closed: longer than any function may run. */
const SILENCE_MS_MAX = 16 * 60_000

export interface EgressOptions {
  s3Endpoint?: string | undefined
  lambdaEndpoint?: string | undefined
  /** Asked for public names, where not those of this host. */
  nameServers?: readonly string[]
}

/** Why a function does not reach the platform's own endpoints. */
const CLOSED = {
  s3: 'object storage is off',
  lambda: 'functions may call the platform only where callers need a key: set HEARTH_API_KEY',
}

/**
 * Connects what sandboxes ask for, if their function's rule allows it. The address that was
 * checked is the one that is connected: a name cannot point elsewhere in between.
 */
export class Egress {
  readonly #options: EgressOptions
  readonly #resolver = new Resolver({ timeout: 2000, tries: 2 })
  #streams = 0

  constructor(options: EgressOptions) {
    this.#options = options
    if (options.nameServers) this.#resolver.setServers(options.nameServers)
  }

  /** Answers `opened` and joins the two streams, or `refused` with the reason; never throws. */
  async open(request: StreamRequest, rule: EgressRule): Promise<void> {
    const { socket } = request
    if (this.#streams >= STREAMS_MAX) return refuse(socket, 'too many connections')
    this.#streams += 1
    socket.once('close', () => {
      this.#streams -= 1
    })
    try {
      const peer = await this.#connect(request.message, rule)
      if (socket.destroyed) peer.destroy()
      else join(request, peer)
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
        return connectAny(await namedAddresses(decision.host), decision.port)
      case 'public':
        return connectAny(await this.#publicAddresses(decision.host), decision.port)
    }
  }

  async #connectPlatform(target: 's3' | 'lambda'): Promise<Socket> {
    const endpoint = target === 's3' ? this.#options.s3Endpoint : this.#options.lambdaEndpoint
    if (!endpoint) throw new Error(CLOSED[target])
    const url = new URL(endpoint)
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
    if (url.protocol === 'https:') {
      const port = Number(url.port || 443)
      const servername = isIP(host) ? {} : { servername: host }
      return connected(connectTls({ host, port, ...servername }), 'secureConnect')
    }
    return connected(connect({ host, port: Number(url.port || 80) }), 'connect')
  }

  /** Rejects when any of the name's addresses is not public: such a name is not meant for us. */
  async #publicAddresses(host: string): Promise<string[]> {
    const addresses = isIP(host) ? [host] : await this.#resolve(host)
    if (addresses.length === 0) throw new Error(`"${host}" has no address`)
    const own = ownAddresses()
    const forbidden = addresses.find((address) => !isPublicAddress(address, own))
    if (forbidden) throw new Error(`"${host}" is ${forbidden}, which is not a public address`)
    return addresses
  }

  /** Asks the name servers alone, off the thread pool: names of this host's own files are not public. */
  async #resolve(host: string): Promise<string[]> {
    const found = await withDeadline(RESOLVE_MS_MAX, `Name "${host}"`, () =>
      Promise.allSettled([this.#resolver.resolve4(host), this.#resolver.resolve6(host)]),
    )
    return found.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
  }
}

async function namedAddresses(host: string): Promise<string[]> {
  if (isIP(host)) return [host]
  const found = await withDeadline(RESOLVE_MS_MAX, `Name "${host}"`, () =>
    lookup(host, { all: true }),
  )
  return found.map(({ address }) => address)
}

/** Not cached: an interface may come up at any time, and asking takes microseconds. */
function ownAddresses(): Set<string> {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return new Set(all.map(({ address }) => address))
}

async function connectAny(addresses: string[], port: number): Promise<Socket> {
  let last: unknown
  for (const host of addresses.slice(0, ADDRESSES_MAX)) {
    try {
      return await connected(connect({ host, port }), 'connect')
    } catch (error) {
      last = error
    }
  }
  throw last
}

async function connected(socket: Socket, event: 'connect' | 'secureConnect'): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const late = setTimeout(() => socket.destroy(new Error('connect timed out')), CONNECT_MS_MAX)
  socket.once(event, () => resolve(socket))
  socket.once('error', reject)
  socket.once('close', () => reject(new Error('connection closed')))
  try {
    return await promise
  } finally {
    clearTimeout(late)
  }
}

function join({ socket, rest }: StreamRequest, peer: Socket): void {
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
  if (rest.length > 0) peer.write(rest)
  socket.pipe(peer)
  peer.pipe(socket)
}

function refuse(socket: Socket, reason: string): void {
  const message: RefusedMessage = { type: 'refused', reason }
  // It may be of one who never closes his side; he would hold one of all sandboxes' connections.
  socket.end(encodeFrame(message), () => socket.destroy())
}
