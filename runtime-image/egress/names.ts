import dns, { type LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import { promisify } from 'node:util'
import type { NamedHost } from '../../core/named-hosts.ts'

const LOCAL_ADDRESS = /^(?:127\.|0\.0\.0\.0$|::1?$|::ffff:127\.)/i
const LOCAL_NAME = /^(?:localhost|.*\.localhost)?\.?$/i

/** Addresses that stand for names: 127.2.0.1 to 127.2.255.255. */
const MAX_NAMES = 65_535

/** True for what a socket may connect to as it is: this sandbox itself. */
export function isLocal(host: string): boolean {
  return isIP(host) ? LOCAL_ADDRESS.test(host) : LOCAL_NAME.test(host)
}

/**
 * A sandbox has no name server; the pool resolves. A client that insists on looking a name up
 * itself gets a loopback address that stands for the name, and is understood when it connects.
 */
export class Names {
  readonly #byName = new Map<string, string>()
  readonly #byAddress = new Map<string, string>()
  #given = 0

  constructor(namedHosts: NamedHost[]) {
    for (const { host, address } of namedHosts) if (!isLocal(host)) this.#set(host, address)
  }

  /** The name that an address stands for. */
  nameOf(address: string): string | undefined {
    return this.#byAddress.get(address)
  }

  addressOf(name: string): string {
    const key = name.toLowerCase()
    const known = this.#byName.get(key)
    if (known) return known
    // After 65,535 names the oldest addresses are used again.
    const number = (this.#given++ % MAX_NAMES) + 1
    const address = `127.2.${number >> 8}.${number & 255}`
    const former = this.#byAddress.get(address)
    if (former) this.#byName.delete(former)
    this.#set(key, address)
    return address
  }

  #set(name: string, address: string): void {
    this.#byName.set(name, address)
    this.#byAddress.set(address, name)
  }
}

type Done = (error: Error | null, address: string | LookupAddress[], family?: number) => void

/** Makes `dns.lookup`, in both its forms, answer from `names` for everything that is not local. */
export function replaceLookup(names: () => Names | undefined): void {
  const { lookup } = dns
  const { lookup: lookupPromise } = dns.promises
  const answer = (host: unknown, all: boolean): LookupAddress[] | LookupAddress | undefined => {
    const known = names()
    if (!known || typeof host !== 'string' || isIP(host) || isLocal(host)) return undefined
    const entry = { address: known.addressOf(host), family: 4 }
    return all ? [entry] : entry
  }
  const replaced = (host: string, ...rest: unknown[]) => {
    const done = rest.at(-1)
    const found = answer(host, wantsAll(rest[0]))
    if (found === undefined || typeof done !== 'function') {
      return Reflect.apply(lookup, dns, [host, ...rest])
    }
    process.nextTick(() => {
      if (Array.isArray(found)) (done as Done)(null, found)
      else (done as Done)(null, found.address, found.family)
    })
    return {}
  }
  const replacedPromise = async (host: string, options?: unknown) =>
    answer(host, wantsAll(options)) ?? Reflect.apply(lookupPromise, dns.promises, [host, options])
  Object.defineProperty(replaced, promisify.custom, { value: replacedPromise })
  Object.assign(dns, { lookup: replaced })
  Object.assign(dns.promises, { lookup: replacedPromise })
}

function wantsAll(options: unknown): boolean {
  return (options as { all?: unknown } | null | undefined)?.all === true
}
