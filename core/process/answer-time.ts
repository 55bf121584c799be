import { setTimeout as wait } from 'node:timers/promises'

/** What has not answered for so long is given up: callers are owed a 503 within 2 s. */
const ANSWER_MS = 1500
/**
 * And for so long where it is there and slow: on a file system with a journal a sync waits for all that
 * others write, seconds where that is thousands of small files.
 */
const SLOW_ANSWER_MS = 5000

export interface AnswerTimeOptions {
  /** How long before ANSWER_MS the look begins; nothing is given up earlier. */
  lookMs: number
  /** Whether what is asked is there and goes on, as far as that can be seen. */
  isThere: () => Promise<boolean>
}

/** How long answers of one server are waited for. */
export class AnswerTime {
  readonly #options: AnswerTimeOptions
  /** What is late at the same time is looked at once. */
  #look: Promise<boolean> | undefined

  constructor(options: AnswerTimeOptions) {
    this.#options = options
  }

  /** Calls `late` once when an answer has had its time, unless what is given back was called before. */
  limit(late: () => void): () => void {
    const { lookMs } = this.#options
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
      timer = setTimeout(giveUp, SLOW_ANSWER_MS - ANSWER_MS + lookMs)
      const [isThere] = await Promise.all([this.#isThere(), wait(lookMs)])
      if (!isThere) giveUp()
    }, ANSWER_MS - lookMs)
    return end
  }

  #isThere(): Promise<boolean> {
    this.#look ??= this.#options.isThere().finally(() => {
      this.#look = undefined
    })
    return this.#look
  }
}
