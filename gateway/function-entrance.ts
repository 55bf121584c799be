import { hash, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { unlinkSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer, type Socket } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { ENTRANCE_WORD, entranceListener } from '../core/links/function-entrance.ts'

const LINE_BYTES_MAX = 256
const ENTER_MS = 5_000
const CONNECTIONS_MAX = 4096

/** Sockets that came in here; they live as long as their connections do. */
const ofFunctions = new WeakSet<Socket>()

/** Whether code in a sandbox asks. */
export function isOfFunction(request: FastifyRequest): boolean {
  return ofFunctions.has(request.raw.socket)
}

/**
 * Where the calls of functions come in. Who they are of is known by the way they come, which no
 * sandbox can choose: the pool opens the connection and says the token first, then the sandbox's
 * own bytes follow, and are served as all other requests, with the rights of a function.
 */
export class FunctionEntrance {
  readonly #server

  /** Resolves when it listens at `address`; `http` serves what comes in. */
  static async open(options: {
    address: string
    token: string
    http: Server
  }): Promise<FunctionEntrance> {
    const entrance = new FunctionEntrance(options.token, options.http)
    const where = entranceListener(options.address)
    if ('path' in where) removeStale(where.path)
    await once(entrance.#server.listen(where), 'listening')
    return entrance
  }

  private constructor(token: string, http: Server) {
    const expected = hash('sha256', `${ENTRANCE_WORD} ${token}`, 'buffer')
    this.#server = createServer({ pauseOnConnect: true }, (socket) => {
      admit(socket, expected, () => {
        ofFunctions.add(socket)
        http.emit('connection', socket)
        // What came behind the line in one piece waits in the stream, which the server leaves paused.
        socket.resume()
      })
    })
    this.#server.maxConnections = CONNECTIONS_MAX
  }

  /** No new connection from here on. */
  close(): void {
    this.#server.close()
  }
}

/** Reads the first line; calls back with the socket at what follows it, or ends it. */
function admit(socket: Socket, expected: Buffer, enter: () => void): void {
  const late = setTimeout(() => socket.destroy(), ENTER_MS)
  let held = Buffer.alloc(0)
  const drop = () => clearTimeout(late)
  const read = (bytes: Buffer) => {
    held = Buffer.concat([held, bytes])
    const end = held.indexOf('\n')
    if (end < 0 && held.length <= LINE_BYTES_MAX) return
    const said = hash('sha256', held.subarray(0, Math.max(0, end)), 'buffer')
    if (end < 0 || !timingSafeEqual(said, expected)) {
      socket.destroy()
      return
    }
    clearTimeout(late)
    socket.pause()
    socket.off('data', read).off('error', drop).off('close', drop)
    const rest = held.subarray(end + 1)
    if (rest.length > 0) socket.unshift(rest)
    enter()
  }
  socket.on('error', drop).on('close', drop).on('data', read)
  socket.resume()
}

/** Left behind by a process that was killed; who holds the data folder may take it. */
function removeStale(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
