import { dirname } from 'node:path'
import { secretKeysPath } from '../functions/secret-keys.ts'
import type { Logger } from '../logs/logger.ts'
import { type Settings, SettingsError } from '../settings.ts'
import { ObjectStore } from '../storage/object-store.ts'
import { openStores, type Stores } from '../stores.ts'
import { openSecrets, type Secrets } from './secrets.ts'
import { untilReady } from './until-ready.ts'

/** Where HEARTHSURE keeps undelivered events on the S3 server of docker-compose.yml. */
export const EVENTS_DIRECTORY = '/events'

/**
 * What both services start from: everything is somewhere else, and comes up beside them; they share their
 * secrets. Throws SettingsError, CannotStart, and what `untilReady` does.
 */
export async function openService(
  settings: Settings,
  log: Logger,
): Promise<{ secrets: Secrets; stores: Stores }> {
  const { REDIS_URL, S3_ENDPOINT, SECRETS_FILE } = settings
  if (!REDIS_URL || !S3_ENDPOINT || !SECRETS_FILE) {
    throw new SettingsError(
      'A service needs REDIS_URL, S3_ENDPOINT and SECRETS_FILE; "npm start" needs none of them',
    )
  }
  const { secrets } = openSecrets(SECRETS_FILE)
  const store = ObjectStore.open({
    endpoint: S3_ENDPOINT,
    accessKeyId: settings.S3_ACCESS_KEY_ID ?? secrets.s3AccessKeyId,
    secretAccessKey: settings.S3_SECRET_ACCESS_KEY ?? secrets.s3SecretAccessKey,
    webhook: {
      url: `${settings.GATEWAY_URL ?? 'http://gateway:4327'}/storage/events`,
      token: secrets.webhookToken,
      queueDirectory: EVENTS_DIRECTORY,
    },
  })
  const stores = await untilReady(log, async () => {
    await store.ping()
    return await openStores({
      redisUrl: REDIS_URL,
      storage: { state: 'on', store },
      settings,
      dataDir: settings.DATA_DIR,
      secretKeysFile: secretKeysPath(dirname(SECRETS_FILE)),
    })
  })
  for (const weakness of stores.weaknesses) log.warn(weakness)
  return { secrets, stores }
}
