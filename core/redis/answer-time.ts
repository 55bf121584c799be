import { readdirSync, readFileSync } from 'node:fs'

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
  #pid: string | undefined

  constructor(redisUrl: string) {
    this.#socket = redisUrl.startsWith('unix://') ? redisUrl.slice('unix://'.length) : undefined
  }

  /** Calls `late` when an answer has had its time, unless what is given back was called before. */
  limit(late: () => void): () => void {
    let timer = setTimeout(() => {
      if (!this.#isSlow()) late()
      else timer = setTimeout(late, SLOW_ANSWER_MS - ANSWER_MS)
    }, ANSWER_MS)
    return () => clearTimeout(timer)
  }

  /** Whether it is there and not stopped, as far as that can be seen. */
  #isSlow(): boolean {
    if (this.#socket === undefined) return false
    if (this.#pid === undefined || !isOf(this.#pid, this.#socket)) this.#pid = find(this.#socket)
    return this.#pid !== undefined && GOING.has(stateOf(this.#pid))
  }
}

function find(socket: string): string | undefined {
  return entriesOf('/proc').find((pid) => /^\d+$/.test(pid) && isOf(pid, socket))
}

/** A redis-server shows what it listens at as its command line. */
function isOf(pid: string, socket: string): boolean {
  const command = read(`/proc/${pid}/cmdline`)
  return /redis-server/.test(command) && command.includes(socket)
}

/** Its letter in proc(5); empty when it is gone. The name before it may have any characters. */
function stateOf(pid: string): string {
  const stat = read(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).slice(0, 1)
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // A system without it: every Redis there is another machine's.
    return []
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It has ended.
    return ''
  }
}
