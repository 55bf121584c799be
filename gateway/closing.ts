import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { HearthError } from '../core/errors.ts'
import type { GatewayApp } from './parts.ts'

const IDLE_CHECK_MS = 50
/** A request that was on its way when the gateway began to close has its first byte here by then. */
const FIRST_BYTE_MS = 500

/**
 * From the moment on that the gateway closes, what runs is answered, and what still comes is 503.
 * A connection that has not sent a byte (browsers open them ahead of need) is no request: the
 * server itself would wait for it.
 */
export function refuseWhileClosing(app: GatewayApp): void {
  const sockets = new Set<Socket>()
  let closing = false
  app.server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  app.addHook('preClose', async () => {
    closing = true
    setTimeout(() => {
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
    }, FIRST_BYTE_MS).unref()
  })
  app.addHook('onRequest', (_request, _reply, done) => {
    if (closing) throw new HearthError('ShuttingDown')
    done()
  })
}

/**
 * Ends a gateway: takes nothing new, and waits at most `graceMs` for requests under way. Their
 * keep-alive connections would stay open long after their answers, so idle ones are closed as
 * they become idle.
 */
export async function closeGateway(app: FastifyInstance, graceMs: number): Promise<void> {
  const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_MS)
  const late = setTimeout(() => app.server.closeAllConnections(), graceMs)
  try {
    await app.close()
  } finally {
    clearInterval(idle)
    clearTimeout(late)
  }
}
