import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/** Below the range from which systems take the ports of connections, and of whoever asks for any. */
const LOWEST = 20_000
const HIGHEST = 32_000
const TRIES_MAX = 200

/** Ports on loopback, each another, that nobody listens on and that nobody gets by chance meanwhile. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = new Map<number, Server>()
  for (let tries = 0; servers.size < count; tries += 1) {
    if (tries > TRIES_MAX) throw new Error('No ports are free')
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST))
    const server = createServer()
    const isListening = once(server.listen(port, '127.0.0.1'), 'listening')
    if (await isListening.then(() => true).catch(() => false)) servers.set(port, server)
  }
  for (const server of servers.values()) {
    server.close()
    await once(server, 'close')
  }
  return [...servers.keys()]
}
