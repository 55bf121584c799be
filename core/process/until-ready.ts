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
/** In the words of the cause: it has answered, and no waiting changes that. */
const REFUSED = /\b(EACCES|WRONGPASS|NOAUTH|NOPERM)\b/

/**
 * Takes a step of a start, again until the part that it needs has answered; after a minute, and where
 * that part refuses us, throws what the step has thrown. A step that failed must have left nothing.
 * Starting the whole process again would not do: a container that ends counts as unhealthy until it is
 * back, and `docker compose up --wait` gives up on the first one.
 */
export async function untilReady<T>(log: Logger, step: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + READY_MS
  for (;;) {
    try {
      return await step()
    } catch (error) {
      if (!mayCome(error) || Date.now() > deadline) throw error
      const { message: reason, cause } = error
      log.info({ reason, cause: String(cause) }, 'the start waits for a part that it needs')
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
}

function mayCome(error: unknown): error is HearthError {
  return (
    error instanceof HearthError && NOT_YET.has(error.code) && !REFUSED.test(String(error.cause))
  )
}
