import { flushCompileCache } from 'node:module'
import { createLogger } from '../core/logs/logger.ts'
import { closeOnSignal } from '../core/process/shutdown.ts'
import { endWithStartFailure } from '../core/process/start-failure.ts'
import { readSettings } from '../core/settings.ts'
import { startPlatform } from './app.ts'
import { banner } from './banner.ts'

/** After the drain: sandboxes to remove, servers to stop. */
const CLEAN_UP_MS = 40_000

try {
  const settings = readSettings()
  const log = createLogger(settings)
  const platform = await startPlatform(settings, log)
  closeOnSignal((hurry) => platform.close(hurry), {
    log,
    deadlineMs: settings.DRAIN_SECONDS * 1000 + CLEAN_UP_MS,
  })
  process.stdout.write(banner(platform.facts))
  // The next start, which may follow a kill, finds it all compiled.
  flushCompileCache()
} catch (error) {
  endWithStartFailure(error)
}
