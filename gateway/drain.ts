import { HearthError } from '../core/errors.ts'
import type { GatewayApp } from './parts.ts'

const LOOK_MS = 50

/**
 * When the gateway closes, requests that run are answered, requests that still come get 503, and
 * connections end as soon as nothing runs on them: Node ends only those that are idle at once, and
 * would wait for the others until their keep-alive is over.
 */
export function drainOnClose(app: GatewayApp): void {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
    if (!app.server.listening) return
    const timer = setInterval(() => app.server.closeIdleConnections(), LOOK_MS)
    app.server.once('close', () => clearInterval(timer))
  })
  app.addHook('onRequest', (_request, _reply, done) => {
    if (closing) throw new HearthError('ShuttingDown')
    done()
  })
}
