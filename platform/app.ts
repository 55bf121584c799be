import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { looksAt } from '../core/diagnosis/diagnose.ts'
import { resumeRotation } from '../core/functions/secret-rotation.ts'
import type { FunctionEntranceAddress } from '../core/links/function-entrance.ts'
import type { Logger } from '../core/logs/logger.ts'
import { readNodeId } from '../core/process/node-id.ts'
import {
  callersNeedKey,
  hostNeedsKey,
  isLoopback,
  type Settings,
  SettingsError,
} from '../core/settings.ts'
import { openStores, type Stores } from '../core/stores.ts'
import { buildGateway } from '../gateway/app.ts'
import { closeGateway } from '../gateway/closing.ts'
import { ensureNotifications } from '../gateway/ensure-notifications.ts'
import { FunctionEntrance } from '../gateway/function-entrance.ts'
import { readAccessKeys } from '../gateway/signature/access-keys.ts'
import { startScheduler } from '../scheduler/app.ts'
import { readSetupResult } from '../setup/setup-result.ts'
import { chooseDriver, type DriverName } from './choose-driver.ts'
import { DataFolder } from './data-folder.ts'
import { openRedis, openStorage } from './dependencies.ts'
import { openDriver } from './open-driver.ts'

/** What the banner says of a running platform. */
export interface PlatformFacts {
  url: string
  dataDir: string
  driver: DriverName
  driverReason: string
  redis: string
  storage: string
  /** Who may call: this machine alone, who has the API key or signs, or who signs. */
  callers: 'this machine' | 'with the key' | 'signed'
  /** What may lose data, in words. */
  warnings: string[]
}

export interface RunningPlatform {
  facts: PlatformFacts
  /** Drains for at most DRAIN_SECONDS, or until `hurry`, then leaves no container, child process or temporary file. */
  close(hurry: AbortSignal): Promise<void>
}

/** The whole platform in one process, with a Redis and a MinIO of its own where none is named. */
export async function startPlatform(settings: Settings, log: Logger): Promise<RunningPlatform> {
  await using started = new AsyncDisposableStack()
  const setup = readSetupResult()
  const folder = DataFolder.open(settings.DATA_DIR)
  started.defer(() => folder.close())
  const port = settings.PORT === 0 ? await freePort(settings.HOST) : settings.PORT
  const gatewayUrl = `http://${reachable(settings.HOST)}:${port}`
  const choice = chooseDriver({
    wanted: settings.SANDBOX_DRIVER,
    recorded: folder.facts.driver,
    engineFound: setup.engine.state !== 'missing',
  })
  checkHost(settings, choice.driver)
  folder.record({ driver: choice.record })
  const context = { settings, setup, folder, gatewayUrl, log, started }
  const [redis, storage] = await Promise.all([openRedis(context), openStorage(context)])
  const stores = await openStores({
    redisUrl: redis.url,
    storage: storage.storage,
    dataDir: folder.path,
    settings,
  })
  started.defer(() => stores.close())
  const entrance = entranceOf(folder)
  const scheduler = await startScheduler({
    settings,
    stores,
    log,
    nodeId: readNodeId(folder.path),
    driver: await openDriver(choice.driver, { settings, setup, dataDir: folder.path }),
    dataDir: folder.path,
    entrance,
  })
  const graceMs = settings.DRAIN_SECONDS * 1000
  started.defer(() => scheduler.close(graceMs))
  const gateway = await buildGateway({
    ...stores,
    settings,
    apiKey: settings.HEARTH_API_KEY,
    accessKeys: readAccessKeys(settings.ACCESS_KEYS_FILE, settings.HEARTH_API_KEY),
    webhookToken: folder.secrets.webhookToken,
    log,
    link: scheduler.link,
    ...looksAt({ settings, stores, link: scheduler.link }),
  })
  await gateway.listen({ port, host: settings.HOST })
  const functions = await FunctionEntrance.open({ ...entrance, http: gateway.server })
  await takeUp(stores, log)
  const owned = started.move()
  return {
    facts: {
      url: gatewayUrl,
      dataDir: folder.path,
      driver: choice.driver,
      driverReason: choice.reason,
      redis: redis.description,
      storage: storage.description,
      callers: callersOf(settings),
      warnings: stores.weaknesses,
    },
    // Nothing new comes in while what runs is drained; then everything goes, last made first.
    close: async (hurry) => {
      hurry.addEventListener('abort', () => scheduler.hurry())
      functions.close()
      await Promise.all([closeGateway(gateway, graceMs), scheduler.close(graceMs)])
      await owned.disposeAsync()
    },
  }
}

/** Goes on with what an earlier start has left: nobody waits for new keys, since every secret can be read meanwhile. */
async function takeUp(stores: Stores, log: Logger): Promise<void> {
  void finishRotation(stores, log)
  await ensureNotifications(stores.triggers, log)
}

async function finishRotation({ secrets, secretKeys }: Stores, log: Logger): Promise<void> {
  try {
    const rotated = await resumeRotation(secrets, secretKeys)
    if (rotated) log.info(rotated, 'A new key of the secrets was brought to its end')
  } catch (error) {
    log.warn({ err: error }, 'The secrets are not all under their new key yet')
  }
}

/** Where functions call the API of this process. */
function entranceOf({ path, secrets }: DataFolder): FunctionEntranceAddress {
  return { address: `unix:${join(path, 'functions.sock')}`, token: secrets.linkToken }
}

/** Throws SettingsError where callers from elsewhere could do what only this machine may. */
function checkHost(settings: Settings, driver: DriverName): void {
  const { HOST } = settings
  if (isLoopback(HOST)) return
  if (!callersNeedKey(settings)) throw new SettingsError(hostNeedsKey(HOST))
  if (driver === 'docker') return
  throw new SettingsError(
    `HOST=${HOST} is reachable from outside, and sandboxes of the process driver are not isolated: ` +
      'unset HOST, or use a container engine (SANDBOX_DRIVER=docker)',
  )
}

function callersOf(settings: Settings): PlatformFacts['callers'] {
  if (settings.HEARTH_API_KEY !== undefined) return 'with the key'
  return callersNeedKey(settings) ? 'signed' : 'this machine'
}

/** The host to call, as it stands in a URL, where the gateway listens at `host`. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

/** A port that was free a moment ago; for tests and benchmarks, which must not meet. */
async function freePort(host: string): Promise<number> {
  const server = createServer()
  await once(server.listen(0, host), 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
