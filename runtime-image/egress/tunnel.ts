import type { Server as HttpServer } from 'node:http'
import { createServer, type LookupFunction, type Socket } from 'node:net'
import { type Destination, joinStreams, type OpenStream } from './stream.ts'

/** How long an opened stream waits for the connection that it is meant for. */
const CLAIM_MS = 5_000

/** What shall be done with an accepted connection. */
type Take = (connection: Socket) => void

/** `proxy`: the connection speaks to an HTTP proxy. */
export type Route = Destination | { target: 'proxy' }

/**
 * Connects this thread's own sockets with the pool. A socket that wants out is sent to a loopback
 * listener in the same thread, after the pool has opened a stream for it: so it is a plain TCP
 * socket to every client, TLS included, and a refusal is an error of its `connect`.
 */
export class Tunnel {
  readonly #open: OpenStream
  readonly #at: { host: string; port: number }
  #listening: Promise<void> | undefined
  #proxyServer: Promise<HttpServer> | undefined
  /** By the local port of the socket on its way. */
  readonly #claims = new Map<number, { take: Take; drop: () => void }>()

  /** The port is settled beforehand: a socket has to be told it before the listener stands. */
  constructor(open: OpenStream, at: { host: string; port: number }) {
    this.#open = open
    this.#at = at
  }

  /** Where a socket has to connect to, instead of where it was told, to be sent along `route`. */
  detour(socket: Socket, route: Route): { host: string; port: number; lookup: LookupFunction } {
    const { host, port } = this.#at
    const lookup: LookupFunction = (_name, _options, done) => {
      this.#prepare(route).then(
        ({ take, drop }) => {
          if (socket.destroyed) {
            drop()
            return
          }
          done(null, host, 4)
          // `done` has called connect(2): the port by which the listener will know the socket is set.
          this.#expect(socket.localPort, take, drop)
        },
        (error) => done(error, '', 4),
      )
    }
    // Any name will do; an address would not be looked up.
    return { host: 'egress', port, lookup }
  }

  /** Started by the first socket that wants out: a listener takes 0.3 MB. Rejects when the port is taken. */
  #listen(): Promise<void> {
    this.#listening ??= new Promise((resolve, reject) => {
      const server = createServer({ allowHalfOpen: true, pauseOnConnect: true })
      server.on('connection', (connection) => this.#accept(connection))
      server.once('error', reject)
      server.listen(this.#at.port, this.#at.host, resolve)
      server.unref()
    })
    return this.#listening
  }

  async #prepare(route: Route): Promise<{ take: Take; drop: () => void }> {
    await this.#listen()
    if (route.target === 'proxy') {
      const proxy = await this.#proxy()
      return { take: (connection) => proxy.emit('connection', connection.resume()), drop: () => {} }
    }
    const stream = await this.#open(route)
    return { take: (connection) => joinStreams(connection, stream), drop: () => stream.destroy() }
  }

  /** A file of its own: `node:http` would make every waiting sandbox larger. */
  #proxy(): Promise<HttpServer> {
    const file = new URL('./proxy.mjs', import.meta.url).href
    this.#proxyServer ??= import(file).then(({ createProxy }: typeof import('./proxy.ts')) =>
      createProxy(this.#open),
    )
    return this.#proxyServer
  }

  #expect(localPort: number | undefined, take: Take, drop: () => void): void {
    if (localPort === undefined) {
      drop()
      return
    }
    this.#claims.get(localPort)?.drop()
    const timer = setTimeout(() => {
      if (this.#claims.get(localPort)?.take === take) this.#claims.delete(localPort)
      drop()
    }, CLAIM_MS)
    timer.unref()
    this.#claims.set(localPort, {
      take: (connection) => {
        clearTimeout(timer)
        take(connection)
      },
      drop: () => {
        clearTimeout(timer)
        drop()
      },
    })
  }

  #accept(connection: Socket): void {
    connection.unref()
    connection.on('error', () => connection.destroy())
    const claim = this.#claims.get(connection.remotePort ?? 0)
    if (!claim) {
      connection.destroy()
      return
    }
    this.#claims.delete(connection.remotePort ?? 0)
    claim.take(connection)
  }
}
