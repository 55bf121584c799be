import { type NamedHost, namedHosts } from '../../core/named-hosts.ts'
import type { InitMessage } from '../../core/protocol.ts'
import type { Layout } from '../layout.ts'

/** Loopback ports that lead out of a sandbox. High and odd, to leave the usual ones to handlers. */
export const EXIT_PORTS = { s3: 9041, lambda: 9042, proxy: 9043 } as const
export type Exit = keyof typeof EXIT_PORTS

/** Each thread of a sandbox has a listener of its own, from here on. */
const FIRST_TUNNEL_PORT = 9044
const TUNNEL_PORTS = 50_000

export function tunnelPort(threadId: number): number {
  return FIRST_TUNNEL_PORT + (threadId % TUNNEL_PORTS)
}

/** Where the exits of this sandbox are. */
export interface ExitPlan {
  /** The pool's socket. */
  socket: string
  /** Loopback address of the exits. */
  address: string
  egress: InitMessage['egress']
  namedHosts: NamedHost[]
}

export function planExits(layout: Layout, egress: InitMessage['egress']): ExitPlan {
  const named = layout.ownLoopback && Array.isArray(egress) ? namedHosts(egress) : []
  return { socket: layout.socket, address: exitAddress(layout), egress, namedHosts: named }
}

/** Sandboxes that are plain processes share a loopback: the process id keeps their addresses apart. */
export function exitAddress({ ownLoopback }: Layout): string {
  if (ownLoopback) return '127.0.0.1'
  const { pid } = process
  return `127.${64 + ((pid >> 16) & 63)}.${(pid >> 8) & 255}.${pid & 255}`
}

/** The variables by which clients find the exits. Storage and API stay open when egress is `none`. */
export function exitEnvironment({ address, egress }: ExitPlan): Record<string, string> {
  const s3 = `http://${address}:${EXIT_PORTS.s3}`
  const lambda = `http://${address}:${EXIT_PORTS.lambda}`
  const endpoints = {
    AWS_ENDPOINT_URL: lambda,
    AWS_ENDPOINT_URL_LAMBDA: lambda,
    AWS_ENDPOINT_URL_S3: s3,
    S3_ENDPOINT: s3,
  }
  if (egress === 'none') return endpoints
  const proxy = `http://${address}:${EXIT_PORTS.proxy}`
  const direct = [...new Set(['localhost', '127.0.0.1', '::1', address])].join(',')
  return {
    ...endpoints,
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    http_proxy: proxy,
    https_proxy: proxy,
    NO_PROXY: direct,
    no_proxy: direct,
    NODE_USE_ENV_PROXY: '1',
  }
}
