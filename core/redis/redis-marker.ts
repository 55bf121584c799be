import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { keys } from '../keys.ts'
import { CannotStart } from '../process/start-failure.ts'
import { writeFileDurably } from '../process/write-file-durably.ts'
import { type Redis, redisFailure } from './redis.ts'

const FILE = 'redis-id'

/**
 * Makes sure that this is the Redis which the data folder was used with before: each has the same mark.
 * Throws CannotStart where Redis has lost its data, or is another one: starting on it as if new would
 * leave what was accepted unfinished, and nobody would know. Throws RedisUnavailable.
 */
export async function checkRedisMarker(redis: Redis, dataDir: string): Promise<void> {
  const file = join(dataDir, FILE)
  const expected = readMark(file)
  const found = await markOf(redis, expected === undefined)
  if (expected === found) return
  if (expected === undefined && found !== null) {
    writeFileDurably(file, found)
    return
  }
  const what =
    found === null
      ? 'Redis is empty, but this data folder was used with one that had functions and events'
      : 'This Redis is not the one that this data folder was used with before'
  throw new CannotStart(
    `${what}. Bring back its data (or REDIS_URL as it was); or, to go on without what it held, remove ${file}.`,
  )
}

function readMark(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** The mark of this Redis; one that has none gets one only from a folder that has none either. */
async function markOf(redis: Redis, mayMake: boolean): Promise<string | null> {
  try {
    if (mayMake) await redis.set(keys.redisId, randomUUID(), 'NX')
    return await redis.get(keys.redisId)
  } catch (cause) {
    throw redisFailure(cause)
  }
}
