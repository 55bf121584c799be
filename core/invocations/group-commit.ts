import { HearthError } from '../errors.ts'

/** Items of one call at most; they are worked off in one go, and others wait meanwhile. */
const ITEMS_MAX = 32
/** With one, all callers would end up in one group, and this process and Redis would take turns working. */
const CALLS_MAX = 2
/** Bytes of one call at most, unless one item alone is larger. */
const BYTES_MAX = 4 * 1024 * 1024
/** Items that wait at most: some seconds of the highest load. */
const WAITING_MAX = 20_000

interface Waiting<Item, Answer> {
  item: Item
  resolve(answer: Answer): void
  reject(error: unknown): void
}

export interface GroupCommitOptions<Item, Answer> {
  /** Commits all items; answers in their order, an Error for one that alone could not be committed. */
  commit(items: Item[]): Promise<(Answer | Error)[]>
  bytesOf(item: Item): number
}

/**
 * Many writes, few calls: whatever comes while two calls are under way goes with the next. Alone, an
 * item goes at once; under load the calls grow instead of their number.
 */
export class GroupCommit<Item, Answer> {
  readonly #options: GroupCommitOptions<Item, Answer>
  #waiting: Waiting<Item, Answer>[] = []
  #calls = 0

  constructor(options: GroupCommitOptions<Item, Answer>) {
    this.#options = options
  }

  /** Resolves with the item's answer when it is committed. Rejects as `commit` does, or with RedisUnavailable. */
  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= WAITING_MAX) throw new HearthError('RedisUnavailable')
      this.#waiting.push({ item, resolve, reject })
      if (this.#calls < CALLS_MAX) void this.#commitAll()
    })
  }

  async #commitAll(): Promise<void> {
    this.#calls += 1
    while (this.#waiting.length > 0) {
      const group = this.#nextGroup()
      try {
        const answers = await this.#options.commit(group.map(({ item }) => item))
        for (const [index, waiting] of group.entries()) settle(waiting, answers[index])
      } catch (error) {
        // Whoever waits was not sent, and would only meet the same after another time-out.
        for (const { reject } of [...group, ...this.#waiting.splice(0)]) reject(error)
      }
    }
    this.#calls -= 1
  }

  #nextGroup(): Waiting<Item, Answer>[] {
    let bytes = 0
    let count = 0
    for (const { item } of this.#waiting) {
      bytes += this.#options.bytesOf(item)
      if (count === ITEMS_MAX || (count > 0 && bytes > BYTES_MAX)) break
      count += 1
    }
    return this.#waiting.splice(0, count)
  }
}

function settle<Item, Answer>(
  { resolve, reject }: Waiting<Item, Answer>,
  answer: Answer | Error | undefined,
): void {
  if (answer instanceof Error) reject(answer)
  else resolve(answer as Answer)
}
