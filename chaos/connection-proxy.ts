import { once } from 'node:events'
import {
  connect,
  createServer,
  type ListenOptions,
  type NetConnectOpts,
  type Socket,
} from 'node:net'
import { DelayLine } from './delay-line.ts'

/**
 * What a proxy does to the connections through it. refuse: ends them, and every new one at once.
 * hang: passes nothing on, and tells nobody, until it is lifted; then all that was held goes on.
 * delay: every piece of data takes `ms` longer. deaf: requests arrive, answers are lost.
 * freeze: the next answer of each connection stops after its first bytes.
 */
export type ProxyMode =
  | { kind: 'refuse' | 'hang' | 'deaf' | 'freeze' }
  | { kind: 'delay'; ms: number }

/** How much of an answer comes through before it freezes: within its first line. */
const FROZEN_AFTER_BYTES = 12

interface Pair {
  client: Socket
  server: Socket
  /** What is on its way to each, in its order whatever the delay was or is. */
  toClient: DelayLine
  toServer: DelayLine
  /** Bytes were lost on it: it cannot go on when the fault is over. */
  isSpoiled: boolean
}

/** Stands between two parts of the platform, over TCP or Unix sockets. */
export class ConnectionProxy {
  readonly #to: NetConnectOpts
  readonly #server = createServer((socket) => this.#accept(socket))
  readonly #pairs = new Set<Pair>()
  #modes: ProxyMode[] = []

  static async listen(at: ListenOptions, to: NetConnectOpts): Promise<ConnectionProxy> {
    const proxy = new ConnectionProxy(to)
    proxy.#server.listen(at)
    await once(proxy.#server, 'listening')
    return proxy
  }

  private constructor(to: NetConnectOpts) {
    this.#to = to
  }

  get port(): number {
    const address = this.#server.address()
    return address && typeof address === 'object' ? address.port : 0
  }

  /** Makes the mode hold, over those that hold already; returns what lifts it. */
  impose(mode: ProxyMode): () => void {
    this.#modes.push(mode)
    this.#apply()
    return () => {
      this.#modes = this.#modes.filter((one) => one !== mode)
      this.#apply()
    }
  }

  /** Ends every connection there is, with a reset. */
  cut(): void {
    for (const pair of this.#pairs) end(pair)
  }

  close(): void {
    this.cut()
    this.#server.close()
  }

  get #mode(): ProxyMode | undefined {
    return this.#modes.at(-1)
  }

  get #delayMs(): number {
    const mode = this.#mode
    return mode?.kind === 'delay' ? mode.ms : 0
  }

  #apply(): void {
    const kind = this.#mode?.kind
    if (kind === 'refuse') this.cut()
    for (const pair of this.#pairs) {
      if (pair.isSpoiled && kind !== 'deaf' && kind !== 'freeze') end(pair)
      else if (kind === 'hang') pause(pair)
      else resume(pair)
    }
  }

  #accept(client: Socket): void {
    if (this.#mode?.kind === 'refuse') {
      client.on('error', () => undefined)
      client.destroy()
      return
    }
    const server = connect(this.#to)
    const pair: Pair = {
      client,
      server,
      toClient: new DelayLine(client),
      toServer: new DelayLine(server),
      isSpoiled: false,
    }
    this.#pairs.add(pair)
    for (const socket of [client, server]) {
      socket.on('error', () => undefined)
      socket.on('close', () => {
        end(pair)
        this.#pairs.delete(pair)
      })
    }
    client.on('data', (data) => pair.toServer.write(data, this.#delayMs))
    client.on('end', () => server.end())
    server.on('end', () => client.end())
    let answered = 0
    server.on('data', (data) => {
      const kind = this.#mode?.kind
      if (kind === 'deaf') pair.isSpoiled = true
      else if (kind !== 'freeze') pair.toClient.write(data, this.#delayMs)
      else if (answered < FROZEN_AFTER_BYTES || !pair.isSpoiled) {
        if (!pair.isSpoiled) answered = 0
        pair.isSpoiled = true
        const part = data.subarray(0, FROZEN_AFTER_BYTES - answered)
        answered += part.length
        client.write(part)
      }
    })
    if (this.#mode?.kind === 'hang') pause(pair)
  }
}

function end({ client, server }: Pair): void {
  for (const socket of [client, server]) {
    if (!socket.destroyed) socket.destroy()
  }
}

function pause({ client, server }: Pair): void {
  client.pause()
  server.pause()
}

function resume({ client, server }: Pair): void {
  client.resume()
  server.resume()
}
