import { BlockList, isIPv4, isIPv6 } from 'node:net'
import type { Egress as EgressRule } from '../../core/functions/function.ts'
import type { OpenMessage } from '../../core/protocol.ts'

/**
 * What is asked for, decided before any name is resolved. platform: one of the platform's own
 * endpoints. named: the function's list has it, so its address is the operator's business.
 * public: each address must be a public one. refused: with the reason.
 */
export type EgressDecision =
  | { kind: 'platform'; target: 's3' | 'lambda' }
  | { kind: 'named' | 'public'; host: string; port: number }
  | { kind: 'refused'; reason: string }

/** Mail servers take mail from anyone on it: only for a function that names one. */
const SMTP_PORT = 25
const HOST_LENGTH_MAX = 253

export function decideEgress(message: OpenMessage, rule: EgressRule): EgressDecision {
  // Open under every rule: what a function may do there is decided by its credentials.
  if (message.target === 's3' || message.target === 'lambda') {
    return { kind: 'platform', target: message.target }
  }
  if (rule === 'none') return refused('egress of this function is "none"')
  if (message.target !== 'host') return refused('unknown target')
  const { port } = message
  const host = normalHost(message.host)
  if (!host) return refused('not a host name')
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    return refused('not a port')
  }
  if (rule !== 'public' && rule.some((entry) => entry.toLowerCase() === `${host}:${port}`)) {
    return { kind: 'named', host, port }
  }
  if (port === SMTP_PORT) return refused('port 25 is open only to hosts named in "egress"')
  return { kind: 'public', host, port }
}

/** Whether a connection to this address stays outside this host, its networks and its cloud's own services. */
export function isPublicAddress(address: string, own: ReadonlySet<string>): boolean {
  if (own.has(address)) return false
  if (isIPv4(address)) return !NOT_PUBLIC_V4.check(address, 'ipv4')
  if (!isIPv6(address)) return false
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped) return isPublicAddress(mapped, own)
  return GLOBAL_UNICAST_V6.check(address, 'ipv6') && !NOT_PUBLIC_V6.check(address, 'ipv6')
}

function refused(reason: string): EgressDecision {
  return { kind: 'refused', reason }
}

function normalHost(host: unknown): string | undefined {
  if (typeof host !== 'string' || host.length === 0 || host.length > HOST_LENGTH_MAX)
    return undefined
  const bare = host
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase()
  return /^[a-z0-9._:-]+$/.test(bare) ? bare : undefined
}

/** https://www.iana.org/assignments/iana-ipv4-special-registry, and what clouds put on public addresses. */
const NOT_PUBLIC_V4 = blockList('ipv4', [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32', // Azure's platform services
  '169.254.0.0/16', // link-local: metadata services of most clouds
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
])

/** https://www.iana.org/assignments/iana-ipv6-special-registry: nothing outside of this is public. */
const GLOBAL_UNICAST_V6 = blockList('ipv6', ['2000::/3'])

const NOT_PUBLIC_V6 = blockList('ipv6', [
  '2001::/23', // protocol assignments; Teredo carries IPv4 addresses
  '2001:db8::/32',
  '2002::/16', // 6to4 carries IPv4 addresses
  '3fff::/20',
])

function blockList(family: 'ipv4' | 'ipv6', ranges: string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/')
    list.addSubnet(network, Number(prefix), family)
  }
  return list
}
