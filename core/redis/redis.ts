import { Redis } from 'ioredis'
import { HearthError } from '../errors.ts'
import type { AnswerTime } from '../process/answer-time.ts'
import { redisAnswerTime } from './redis-answer-time.ts'

export type { Redis } from 'ioredis'

/**
 * A connection that owes answers and is silent for so long is made anew: a Redis that moved, or whose
 * host lost its power, never says that the old one has ended.
 */
const SILENCE_MS = 5000
/** Between two tries to reach a Redis that is away: ioredis' own back-off grows to 5 s. */
export const RECONNECT_MS_MAX = 250
/**
 * Redis is back for us within a second: a try that nobody answers (a host without power) ends in
 * time, and one that still loads its data is not left alone for as long as it guesses to need.
 */
export const RETURN_TIMES = { connectTimeout: 1000, maxLoadingRetryTime: RECONNECT_MS_MAX }

/**
 * A client that fails at once while Redis is away, instead of queueing, and reconnects for ever.
 * Resolves when the first connection stands; rejects with RedisUnavailable after `timeoutMs`.
 */
export async function connectRedis(url: string, timeoutMs = 10_000): Promise<Redis> {
  const client = openRedis(url)
  let refusal: Error | undefined
  client.on('error', (error) => {
    refusal = error
  })
  const deadline = Date.now() + timeoutMs
  for (;;) {
    try {
      await client.ping()
      return client
    } catch (cause) {
      if (Date.now() > deadline) {
        client.disconnect()
        throw new HearthError('RedisUnavailable', {}, { cause: refusal ?? cause })
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

function openRedis(url: string): Redis {
  const options = {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    ...RETURN_TIMES,
    socketTimeout: SILENCE_MS,
    retryStrategy: (attempt: number) => Math.min(50 * attempt, RECONNECT_MS_MAX),
  }
  const client = url.startsWith('unix://')
    ? new Redis({ ...options, path: url.slice('unix://'.length) })
    : new Redis(url, options)
  limitCommands(client, redisAnswerTime(url))
  // Every command reports its own failure; without a listener the process would end on the first one.
  client.on('error', () => undefined)
  return client
}

/** Every command ends in time; ioredis' own limit (`commandTimeout`) is the same for any Redis. */
function limitCommands(client: Redis, time: AnswerTime): void {
  const send = client.sendCommand.bind(client)
  client.sendCommand = (command, stream) => {
    const { resolve, reject } = command
    const ended = time.limit(() => command.reject(new Error('Command timed out')))
    command.resolve = (answer) => {
      ended()
      resolve(answer)
    }
    command.reject = (error) => {
      ended()
      reject(error)
    }
    return send(command, stream)
  }
}

/** How the answers begin by which Redis says that it cannot now, and may later. */
const NOT_NOW = /^(LOADING|MISCONF|READONLY|OOM|BUSY) /

/** Whether Redis has answered that it cannot do this, and would say the same again. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError' && !NOT_NOW.test(error.message)
}

/** Turns any failure of a Redis command into the 503 that names the part; refusals pass as they are. */
export function redisFailure(cause: unknown): Error {
  if (cause instanceof HearthError || isRefusal(cause)) return cause
  return new HearthError('RedisUnavailable', {}, { cause })
}

/** Runs commands of Redis; what goes wrong with them is told as `redisFailure` does. */
export async function askRedis<T>(commands: () => Promise<T>): Promise<T> {
  try {
    return await commands()
  } catch (cause) {
    throw redisFailure(cause)
  }
}
