import type { Logger } from '../core/logs/logger.ts'
import { CannotStart } from '../core/process/start-failure.ts'
import type { Settings } from '../core/settings.ts'
import { ObjectStore, type Storage } from '../core/storage/object-store.ts'
import type { SetupResult } from '../setup/setup-result.ts'
import type { DataFolder } from './data-folder.ts'
import { startMinioServer } from './minio-server.ts'
import { startRedisServer } from './redis-server.ts'

export interface DependencyContext {
  settings: Settings
  setup: SetupResult
  folder: DataFolder
  gatewayUrl: string
  log: Logger
  /** Takes what was started, so that it is stopped whatever happens next. */
  started: AsyncDisposableStack
}

/** The Redis that is named, or one of the platform's own. */
export async function openRedis(
  context: DependencyContext,
): Promise<{ url: string; description: string }> {
  const { settings, setup, folder, log, started } = context
  if (settings.REDIS_URL) {
    const description = `${withoutPassword(settings.REDIS_URL)} (REDIS_URL)`
    return { url: settings.REDIS_URL, description }
  }
  if (setup.redis.state !== 'ready') throw new CannotStart(`No Redis: ${missing(setup.redis)}`)
  const server = await startRedisServer({
    program: setup.redis.value,
    directory: folder.at('redis'),
    log,
  })
  started.defer(() => server.stop())
  return { url: server.url, description: `its own, ${server.url}` }
}

/** The S3 server that is named, or one of the platform's own; off, with the reason, where none can be had. */
export async function openStorage(
  context: DependencyContext,
): Promise<{ storage: Storage; description: string }> {
  const { settings, setup, folder, gatewayUrl, log, started } = context
  const webhook = {
    url: `${settings.GATEWAY_URL ?? gatewayUrl}/storage/events`,
    token: folder.secrets.webhookToken,
    queueDirectory: '/var/lib/minio-events',
  }
  if (settings.S3_ENDPOINT) {
    const store = ObjectStore.open({
      endpoint: settings.S3_ENDPOINT,
      accessKeyId: settings.S3_ACCESS_KEY_ID ?? '',
      secretAccessKey: settings.S3_SECRET_ACCESS_KEY ?? '',
      webhook,
    })
    return { storage: { state: 'on', store }, description: `${settings.S3_ENDPOINT} (S3_ENDPOINT)` }
  }
  if (setup.minio.state !== 'ready') {
    const reason = missing(setup.minio)
    return { storage: { state: 'off', reason }, description: `off: ${reason}` }
  }
  const server = await startMinioServer({ program: setup.minio.value, folder, gatewayUrl, log })
  started.defer(() => server.stop())
  const { endpoint, accessKeyId, secretAccessKey } = server
  const store = ObjectStore.open({ endpoint, accessKeyId, secretAccessKey, webhook })
  return { storage: { state: 'on', store }, description: `its own MinIO, ${endpoint}` }
}

/** The banner is shown to whoever looks at the terminal or its log. */
export function withoutPassword(address: string): string {
  const url = new URL(address)
  if (url.password) url.password = '***'
  return url.href
}

function missing(part: SetupResult['redis']): string {
  return part.state === 'missing' ? part.reason : 'the set-up has not looked for it'
}
