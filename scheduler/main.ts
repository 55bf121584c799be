import { join } from 'node:path'
import { createLogger } from '../core/logs/logger.ts'
import { holdNode } from '../core/process/node-id.ts'
import { NODE_LEASE_MS, NODE_RENEWAL_MS, NodeRegistry } from '../core/process/node-registry.ts'
import { openService } from '../core/process/service.ts'
import { closeOnSignal } from '../core/process/shutdown.ts'
import { endWithStartFailure } from '../core/process/start-failure.ts'
import { untilReady } from '../core/process/until-ready.ts'
import { readSettings, SettingsError } from '../core/settings.ts'
import { startScheduler } from './app.ts'
import { Engine } from './engine.ts'
import { LinkServer } from './link-server.ts'
import { DockerDriver } from './pool/docker-driver.ts'

const CLEAN_UP_MS = 15_000
const SANDBOX_IMAGE = 'hearth-sandbox:latest'

try {
  const settings = readSettings()
  const log = createLogger(settings)
  const { SCHEDULER_URL, DATA_DIR } = settings
  if (!SCHEDULER_URL)
    throw new SettingsError('A scheduler needs SCHEDULER_URL, where gateways reach it')
  const { secrets, stores } = await openService(settings, log)
  const { id: nodeId, lock } = holdNode(DATA_DIR)
  const engine = Engine.open(settings.DOCKER_HOST)
  const scheduler = await startScheduler({
    settings,
    stores,
    log,
    nodeId,
    driver: await untilReady(log, async () => {
      // Of an engine that is silent a ping leaves no connection open, unlike what is asked next.
      await engine.ping()
      return await DockerDriver.open({
        engine,
        image: settings.SANDBOX_IMAGE ?? SANDBOX_IMAGE,
        runtime: settings.SANDBOX_RUNTIME,
        directory: join(DATA_DIR, 'sandboxes'),
      })
    }),
    dataDir: DATA_DIR,
    entrance: { address: settings.FUNCTIONS_URL, token: secrets.linkToken },
  })
  const server = new LinkServer({ link: scheduler.link, token: secrets.linkToken, log })
  await server.listen(Number(new URL(SCHEDULER_URL).port), '0.0.0.0')
  const registry = new NodeRegistry(stores.redis)
  let leaseEnds = Number.POSITIVE_INFINITY
  const lease = async () => {
    const now = Date.now()
    if (now > leaseEnds) scheduler.link.leaseLapsed()
    try {
      await registry.renew({ id: nodeId, address: SCHEDULER_URL })
      leaseEnds = now + NODE_LEASE_MS
    } catch (error) {
      log.warn({ err: error }, 'lease could not be renewed')
    }
  }
  await lease()
  const renewal = setInterval(lease, NODE_RENEWAL_MS)
  const close = async (hurry: AbortSignal) => {
    hurry.addEventListener('abort', () => scheduler.hurry())
    clearInterval(renewal)
    await registry.leave(nodeId).catch(() => log.warn('lease is left to lapse'))
    await scheduler.close(settings.DRAIN_SECONDS * 1000)
    await server.close()
    await stores.close()
    lock.release()
  }
  closeOnSignal(close, { log, deadlineMs: settings.DRAIN_SECONDS * 1000 + CLEAN_UP_MS })
  log.info({ nodeId, address: SCHEDULER_URL }, 'scheduler serves')
} catch (error) {
  endWithStartFailure(error)
}
