import { looksAt } from '../core/diagnosis/diagnose.ts'
import { createLogger } from '../core/logs/logger.ts'
import { NodeRegistry } from '../core/process/node-registry.ts'
import { openService } from '../core/process/service.ts'
import { closeOnSignal } from '../core/process/shutdown.ts'
import { endWithStartFailure } from '../core/process/start-failure.ts'
import { readSettings } from '../core/settings.ts'
import { buildGateway } from './app.ts'
import { closeGateway } from './closing.ts'
import { ensureNotifications } from './ensure-notifications.ts'
import { FunctionEntrance } from './function-entrance.ts'
import { LinkClient } from './link-client.ts'
import { readAccessKeys } from './signature/access-keys.ts'

const CLEAN_UP_MS = 5_000

try {
  const settings = readSettings()
  const log = createLogger(settings)
  const { secrets, stores } = await openService(settings, log)
  const link = new LinkClient(new NodeRegistry(stores.redis), secrets.linkToken)
  const apiKey = settings.HEARTH_API_KEY ?? secrets.apiKey
  const gateway = await buildGateway({
    ...stores,
    settings,
    apiKey,
    accessKeys: readAccessKeys(settings.ACCESS_KEYS_FILE, apiKey),
    webhookToken: secrets.webhookToken,
    log,
    link,
    ...looksAt({ settings, stores, link }),
  })
  const closing: (() => void)[] = []
  const close = async () => {
    for (const end of closing) end()
    await closeGateway(gateway, settings.DRAIN_SECONDS * 1000)
    await link.close()
    await stores.close()
  }
  closeOnSignal(close, { log, deadlineMs: settings.DRAIN_SECONDS * 1000 + CLEAN_UP_MS })
  await gateway.listen({ host: settings.HOST, port: settings.PORT })
  const functions = await FunctionEntrance.open({
    address: `tcp://${settings.HOST}:${new URL(settings.FUNCTIONS_URL).port}`,
    token: secrets.linkToken,
    http: gateway.server,
  })
  closing.push(() => functions.close())
  log.info({ host: settings.HOST, port: settings.PORT }, 'gateway listens')
  await ensureNotifications(stores.triggers, log)
} catch (error) {
  endWithStartFailure(error)
}
