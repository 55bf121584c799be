import { argumentsOf, processIds, STATE, statOf } from '../process/processes.ts'

/** What Redis has not answered for so long is given up: callers are owed a 503 within 2 s. */
const ANSWER_MS = 1500
/**
 * And for so long where it is there and slow: on a file system with a journal the sync of its
 * append-only file waits for all that others write, seconds where that is thousands of small files.
 */
const SLOW_ANSWER_MS = 5000

/** States of a process that goes on by itself: it runs, or waits for a disk or for an event. */
const GOING = new Set(['R', 'S', 'D'])

/** How long answers of one Redis are waited for. */
export class AnswerTime {
  /** Of one on this machine, by its Unix socket; another's cannot be looked at. */
  readonly #socket: string | undefined
  /** What is late at the same time is looked at once. */
  #look: Promise<boolean> | undefined

  constructor(redisUrl: string) {
    this.#socket = redisUrl.startsWith('unix://') ? redisUrl.slice('unix://'.length) : undefined
  }

  /** Calls `late` once when an answer has had its time, unless what is given back was called before. */
  limit(late: () => void): () => void {
    let isOver = false
    const end = () => {
      isOver = true
      clearTimeout(timer)
    }
    const giveUp = () => {
      if (isOver) return
      end()
      late()
    }
    let timer = setTimeout(async () => {
      // The look itself may take its time.
      timer = setTimeout(giveUp, SLOW_ANSWER_MS - ANSWER_MS)
      if (!(await this.#isSlow())) giveUp()
    }, ANSWER_MS)
    return end
  }

  /** Whether it is there and not stopped, as far as that can be seen. */
  #isSlow(): Promise<boolean> {
    this.#look ??= isGoing(this.#socket).finally(() => {
      this.#look = undefined
    })
    return this.#look
  }
}

/** A redis-server shows what it listens at as its command line. */
async function isGoing(socket: string | undefined): Promise<boolean> {
  if (socket === undefined) return false
  for (const pid of await processIds()) {
    const command = (await argumentsOf(pid)).join(' ')
    if (!command.includes('redis-server') || !command.includes(socket)) continue
    return GOING.has((await statOf(pid))[STATE] ?? '')
  }
  return false
}
