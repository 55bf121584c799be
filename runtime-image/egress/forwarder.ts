/**
 * The exits as real listeners, in a thread of its own: for child processes, which know nothing of
 * the pool's socket, and which may run while the handler's thread is blocked waiting for them.
 */
import { createServer, type Socket } from 'node:net'
import { workerData } from 'node:worker_threads'
import { EXIT_PORTS, type ExitPlan } from './exits.ts'
import { createProxy, refusal } from './proxy.ts'
import { type Destination, joinStreams, type OpenStream, openStream } from './stream.ts'

export interface ForwarderData {
  plan: ExitPlan
  /** Set to 1, and notified, when all listeners stand. */
  ready: Int32Array
}

const { plan, ready } = workerData as ForwarderData
const open: OpenStream = (destination) => openStream(plan.socket, destination)

function offer(destination: Destination, address: string, port: number): Promise<void> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (inner) => {
    void serve(inner, destination)
  })
  return listening(server, address, port)
}

async function serve(inner: Socket, destination: Destination): Promise<void> {
  inner.on('error', () => inner.destroy())
  try {
    joinStreams(inner, await open(destination))
  } catch (error) {
    if (destination.target === 'host') inner.resetAndDestroy()
    else inner.end(refusal(502, (error as Error).message))
  }
}

/** A port that is taken is no reason to withhold the others: the client of that one fails by itself. */
function listening(
  server: ReturnType<typeof createServer>,
  address: string,
  port: number,
): Promise<void> {
  return new Promise((resolve) => {
    server.once('error', () => resolve())
    server.listen(port, address, resolve)
  })
}

const { address, egress, namedHosts } = plan
await Promise.all([
  offer({ target: 's3' }, address, EXIT_PORTS.s3),
  offer({ target: 'lambda' }, address, EXIT_PORTS.lambda),
  ...(egress === 'none' ? [] : [listening(createProxy(open), address, EXIT_PORTS.proxy)]),
  ...namedHosts.map(({ host, port, address: own }) =>
    offer({ target: 'host', host, port }, own, port),
  ),
])
Atomics.store(ready, 0, 1)
Atomics.notify(ready, 0)
