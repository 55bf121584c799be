import { syncBuiltinESMExports } from 'node:module'
import { isIPv4, type NetConnectOpts, Socket } from 'node:net'
import { threadId } from 'node:worker_threads'
import type { InitMessage } from '../../core/protocol.ts'
import type { Layout } from '../layout.ts'
import { equipWorkers, startForwarderForChildren } from './children.ts'
import {
  EXIT_PORTS,
  type Exit,
  type ExitPlan,
  exitAddress,
  exitEnvironment,
  planExits,
  tunnelPort,
} from './exits.ts'
import { isLocal, Names, replaceLookup } from './names.ts'
import { openStream } from './stream.ts'
import { type Route, Tunnel } from './tunnel.ts'

type Connect = (this: Socket, ...args: unknown[]) => Socket

/**
 * A thread's way out of the sandbox. Every TCP connection that does not stay inside goes to the
 * pool as a stream, whichever library makes it: they all end in `Socket.prototype.connect`.
 */
export class Egress {
  readonly #tunnel: Tunnel
  #plan: ExitPlan | undefined
  #names: Names | undefined

  /** Made while the sandbox is still nobody's, so that it costs a cold start nothing. */
  constructor(socket: string, address: string) {
    const at = { host: address, port: tunnelPort(threadId) }
    this.#tunnel = new Tunnel((destination) => openStream(socket, destination), at)
    this.#replaceConnect()
    replaceLookup(() => this.#names)
    startForwarderForChildren(() => this.#plan)
    equipWorkers(() => this.#plan)
    syncBuiltinESMExports()
  }

  open(plan: ExitPlan): void {
    this.#plan = plan
    this.#names = plan.egress === 'none' ? undefined : new Names(plan.namedHosts)
  }

  /** A port of the platform's host that the function names is that one, and not the sandbox's own. */
  #listed(host: string, port: number): Route | undefined {
    const address = isIPv4(host) ? host : '127.0.0.1'
    const named = this.#plan?.namedHosts.find((one) => one.address === address && one.port === port)
    return named && { target: 'host', host: named.host, port }
  }

  #replaceConnect(): void {
    const original = Socket.prototype.connect as unknown as Connect
    const routeOf = (options: NetConnectOpts) => this.#routeOf(options)
    const tunnel = this.#tunnel
    const connect: Connect = function (...args) {
      const [options, listener] = connectArguments(args)
      const route = routeOf(options)
      if (!route) return Reflect.apply(original, this, args)
      const detour = { ...options, ...NOT_ON_LOOPBACK, ...tunnel.detour(this, route) }
      return Reflect.apply(original, this, listener ? [detour, listener] : [detour])
    }
    Object.assign(Socket.prototype, { connect })
  }

  /** Nothing for what stays inside the sandbox, and for everything before the sandbox is somebody's. */
  #routeOf(options: NetConnectOpts): Route | undefined {
    if (!this.#plan || !('port' in options) || ('path' in options && options.path)) return undefined
    const host = options.host || 'localhost'
    const port = Number(options.port)
    if (host === this.#plan.address) {
      const exit = exitAt(port)
      if (exit) return { target: exit }
    }
    const name = this.#names?.nameOf(host)
    if (name) return { target: 'host', host: name, port }
    return isLocal(host) ? this.#listed(host, port) : { target: 'host', host, port }
  }
}

/** What a caller may have asked for of the network that is not there. */
const NOT_ON_LOOPBACK = {
  family: 0,
  autoSelectFamily: false,
  localAddress: undefined,
  localPort: undefined,
  hints: undefined,
}

function exitAt(port: number): Exit | undefined {
  return (Object.keys(EXIT_PORTS) as Exit[]).find((exit) => EXIT_PORTS[exit] === port)
}

/** `connect(options)`, `connect(port, host)`, or the array that `net.connect` has made of either. */
function connectArguments(args: unknown[]): [NetConnectOpts, (() => void) | undefined] {
  const [first, second] = args
  if (Array.isArray(first)) return [first[0], first[1] ?? undefined]
  const last = args.at(-1)
  const listener = typeof last === 'function' ? (last as () => void) : undefined
  if (typeof first === 'object' && first !== null) return [first as NetConnectOpts, listener]
  if (isPort(first)) {
    const host = typeof second === 'string' ? second : 'localhost'
    return [{ port: Number(first), host }, listener]
  }
  return [{ path: String(first) }, listener]
}

function isPort(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))
}

/** The sandbox's own thread: its exits are planned when the sandbox becomes a function's. */
export function prepareEgress(
  layout: Layout,
): (egress: InitMessage['egress']) => Record<string, string> {
  const way = new Egress(layout.socket, exitAddress(layout))
  return (egress) => {
    const plan = planExits(layout, egress)
    way.open(plan)
    return exitEnvironment(plan)
  }
}
