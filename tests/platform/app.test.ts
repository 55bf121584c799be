import { join } from 'node:path'
import t from 'tap'
import { createLogger } from '../../core/logs/logger.ts'
import { readSettings } from '../../core/settings.ts'
import { startPlatform } from '../../platform/app.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

t.test('the secrets of services are no key: without one only this machine may call', async (t) => {
  const folder = await temporaryFolder(t)
  const settings = readSettings({
    DATA_DIR: join(folder, 'data'),
    HOST: '0.0.0.0',
    SECRETS_FILE: join(folder, 'secrets.json'),
  })
  const started = startPlatform(settings, createLogger({ LOG_LEVEL: 'silent' }))
  await t.rejects(started, { name: 'SettingsError', message: /HEARTH_API_KEY/ })
})
