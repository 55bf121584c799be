import { AnswerTime } from '../process/answer-time.ts'
import { argumentsOf, processIds, STATE, statOf } from '../process/processes.ts'

/** States of a process that goes on by itself: it runs, or waits for a disk or for an event. */
const GOING = new Set(['R', 'S', 'D'])

/**
 * How long answers of a Redis are waited for. One on this machine, at a Unix socket, is there while its
 * process goes on; another one cannot be told from one that is away: it answers nobody while it waits
 * for its disk.
 */
export function redisAnswerTime(redisUrl: string): AnswerTime {
  const socket = redisUrl.startsWith('unix://') ? redisUrl.slice('unix://'.length) : undefined
  return new AnswerTime({
    lookMs: 0,
    isThere: async () => socket !== undefined && (await isGoing(socket)),
  })
}

/** A redis-server shows what it listens at as its command line. */
async function isGoing(socket: string): Promise<boolean> {
  for (const pid of await processIds()) {
    const command = (await argumentsOf(pid)).join(' ')
    if (!command.includes('redis-server') || !command.includes(socket)) continue
    return GOING.has((await statOf(pid))[STATE] ?? '')
  }
  return false
}
