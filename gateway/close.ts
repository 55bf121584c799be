import type { FastifyInstance } from 'fastify'

const IDLE_CHECK_MS = 50

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
