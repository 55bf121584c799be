import { type ErrorCode, HearthError } from '../errors.ts'
import type { Logger } from '../logs/logger.ts'

/** What a start waits for: parts that come up beside it, or that a loaded machine makes slow. */
const READY_MS = 60_000
const PAUSE_MS = 500

const NOT_YET: ReadonlySet<ErrorCode> = new Set([
  'RedisUnavailable',
  'StorageUnavailable',
  'EngineUnavailable',
])

/**
 * Takes a step of a start, again until the part that it needs has answered; after a minute throws what
 * the step has thrown. A step that failed must have left nothing. Starting the whole process again
 * would not do: a container that ends counts as unhealthy until it is back, and `docker compose up
 * --wait` gives up on the first one.
 */
export async function untilReady<T>(log: Logger, step: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + READY_MS
  for (;;) {
    try {
      return await step()
    } catch (error) {
      const mayCome = error instanceof HearthError && NOT_YET.has(error.code)
      if (!mayCome || Date.now() > deadline) throw error
      log.info({ reason: error.message }, 'the start waits for a part that does not answer')
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
}
