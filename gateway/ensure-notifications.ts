import type { Logger } from '../core/logs/logger.ts'
import type { TriggerStore } from '../core/triggers/trigger-store.ts'

/**
 * For the start: makes each bucket report what its triggers need. What cannot be set now is logged
 * and no reason not to serve: an S3 server keeps what was set before.
 */
export async function ensureNotifications(triggers: TriggerStore, log: Logger): Promise<void> {
  try {
    for (const [bucket, err] of await triggers.ensureNotifications()) {
      log.error({ err, bucket }, 'Notifications of a bucket could not be set')
    }
  } catch (err) {
    log.error({ err }, 'Notifications of buckets could not be checked')
  }
}
