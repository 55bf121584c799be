import { HearthError } from '../core/errors.ts'
import type { GatewayApp } from './parts.ts'

/** From the moment on that the gateway closes, what runs is answered, and what still comes is 503. */
export function refuseWhileClosing(app: GatewayApp): void {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onRequest', (_request, _reply, done) => {
    if (closing) throw new HearthError('ShuttingDown')
    done()
  })
}
