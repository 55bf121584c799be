import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import {
  type AddressInfo,
  createConnection,
  createServer,
  type Server,
  type Socket,
} from 'node:net'
import { join } from 'node:path'
import { encodeFrame } from '../../../core/frame.ts'
import type { InitMessage, OpenMessage } from '../../../core/protocol.ts'
import { PlayedPool, type Teardown } from '../played-pool.ts'

export const certificate = join(import.meta.dirname, 'cert.pem')

/** Real servers on this machine, and the names under which the played pool leads to them. */
export class PlayedNetwork {
  readonly #servers: Server[] = []
  readonly #routes = new Map<string, number>()

  static async start(test: Teardown): Promise<PlayedNetwork> {
    const network = new PlayedNetwork()
    test.teardown(() => network.close())
    const say = (who: string) => (request: IncomingMessage, response: ServerResponse) => {
      const { method, url, headers } = request
      const chunks: Buffer[] = []
      request.on('data', (chunk) => chunks.push(chunk))
      request.on('end', () => {
        const bytes = Buffer.concat(chunks).length
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ who, method, url, host: headers.host, bytes }))
      })
    }
    const key = await readFile(join(import.meta.dirname, 'key.pem'))
    const cert = await readFile(certificate)
    await network.#add(createHttpServer(say('plain')), 'plain.example:80', 'plain.example:8080')
    await network.#add(
      createHttpsServer({ key, cert }, say('secure')),
      'secure.example:443',
      '203.0.113.7:443',
    )
    await network.#add(createHttpServer(say('s3')), 's3')
    await network.#add(createHttpServer(say('lambda')), 'lambda')
    const echo = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket))
    await network.#add(echo, 'db.internal:5432')
    return network
  }

  /** What a pool does with a connection that says `open`. */
  readonly connect = (open: OpenMessage, socket: Socket, rest: Buffer): void => {
    const port = this.#routes.get(
      open.target === 'host' ? `${open.host}:${open.port}` : open.target,
    )
    if (port === undefined) {
      socket.end(encodeFrame({ type: 'refused', reason: 'not on the list' } as { type: string }))
      return
    }
    const peer = createConnection({ port, host: '127.0.0.1', allowHalfOpen: true }, () => {
      socket.write(encodeFrame({ type: 'opened' }))
      peer.write(rest)
      socket.pipe(peer).pipe(socket)
    })
    socket.on('close', () => peer.destroy())
    peer.on('error', () => socket.destroy())
  }

  async #add(server: Server, ...names: string[]): Promise<void> {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    this.#servers.push(server)
    for (const name of names) this.#routes.set(name, (server.address() as AddressInfo).port)
  }

  close(): void {
    for (const server of this.#servers) {
      server.close()
      if ('closeAllConnections' in server) (server.closeAllConnections as () => void)()
    }
  }
}

/** A sandbox whose handler is the body `source` of an async function of the event `e`. */
export async function withEgress(
  test: Teardown,
  source: string,
  init: Partial<InitMessage> = {},
): Promise<PlayedPool> {
  const network = await PlayedNetwork.start(test)
  const pool = await PlayedPool.make({
    'index.mjs': `import net from 'node:net'; import http from 'node:http'; import https from 'node:https'
      import tls from 'node:tls'; import dns from 'node:dns'; import fs from 'node:fs'
      import childProcess, { execSync, exec, spawnSync } from 'node:child_process'
      import { Worker } from 'node:worker_threads'; import { promisify } from 'node:util'; import { once } from 'node:events'
      const threads = () => fs.readdirSync('/proc/self/task').length
      const get = (client, url, options = {}) => new Promise((resolve, reject) => {
        client.get(url, options, (r) => { let t = ''; r.on('data', (d) => t += d); r.on('end', () => resolve(JSON.parse(t))) }).on('error', reject)
      })
      export const handler = async (e) => { ${source} }`,
  })
  test.teardown(() => pool.close())
  pool.onOpen = network.connect
  await pool.boot()
  const ready = await pool.init({
    ...init,
    environment: { CA: certificate, ...init.environment },
  })
  if (ready.type !== 'ready') throw new Error(JSON.stringify(ready))
  return pool
}
