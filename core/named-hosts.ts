/** A host that a function's egress list names, and the loopback address that stands for it inside. */
export interface NamedHost {
  address: string
  host: string
  port: number
}

const LOOPBACK_ADDRESS = /^127(?:\.\d{1,3}){3}$/
const LOOPBACK_NAME = /^(?:.*\.)?localhost$/

/**
 * The same inside, where connections to these addresses lead out, and outside, where the sandbox's
 * `/etc/hosts` is written. One address a host, so that the same port of two hosts can be offered; a
 * loopback address of the platform's host stands for itself.
 */
export function namedHosts(list: readonly string[]): NamedHost[] {
  const addresses = new Map<string, string>()
  let given = 0
  return list.map((entry) => {
    const at = entry.lastIndexOf(':')
    const host = entry.slice(0, at).toLowerCase()
    let address = addresses.get(host)
    if (LOOPBACK_ADDRESS.test(host)) address = host
    else if (LOOPBACK_NAME.test(host)) address = '127.0.0.1'
    else address ??= `127.0.1.${++given}`
    addresses.set(host, address)
    return { address, host, port: Number(entry.slice(at + 1)) }
  })
}
