import { lookup, Resolver } from 'node:dns/promises'
import { connect, isIP, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { withDeadline } from './deadline.ts'
import { type EgressDecision, isPublicAddress } from './pool/egress-policy.ts'

/** Of one name, so many addresses are tried. */
const ADDRESSES_MAX = 4
const RESOLVE_MS_MAX = 5000
const CONNECT_MS_MAX = 5000

/** A host that may be reached; what kind it is says which addresses it may have. */
export type OutboundTarget = Extract<EgressDecision, { kind: 'named' | 'public' }>

/** Thrown where a public name has an address that is none: of this host, a private network, a cloud's own. */
export class ForbiddenAddress extends Error {
  override name = 'ForbiddenAddress'
}

/**
 * Connections to hosts that a function names. The address that was checked is the one that is
 * connected: a name cannot point elsewhere in between.
 */
export class OutboundConnections {
  readonly #resolver = new Resolver({ timeout: 2000, tries: 2 })

  /** `nameServers` are asked for public names, where not those of this host. */
  constructor(nameServers?: readonly string[]) {
    if (nameServers) this.#resolver.setServers(nameServers)
  }

  /** Rejects with ForbiddenAddress where a name that must be public has another address. */
  async open({ kind, host, port }: OutboundTarget): Promise<Socket> {
    const isNamed = kind === 'named'
    return connectAny(await (isNamed ? namedAddresses(host) : this.#publicAddresses(host)), port)
  }

  /** Rejects when any of the name's addresses is not public: such a name is not meant for us. */
  async #publicAddresses(host: string): Promise<string[]> {
    const addresses = isIP(host) ? [host] : await this.#resolve(host)
    if (addresses.length === 0) throw new Error(`"${host}" has no address`)
    const own = ownAddresses()
    const forbidden = addresses.find((address) => !isPublicAddress(address, own))
    if (forbidden)
      throw new ForbiddenAddress(`"${host}" is ${forbidden}, which is not a public address`)
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

/** Resolves with the socket at its event; rejects, and destroys it, after 5 s. */
export async function connected(
  socket: Socket,
  event: 'connect' | 'secureConnect',
): Promise<Socket> {
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
