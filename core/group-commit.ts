/** Items of one call at most; they are worked off in one go, and others wait meanwhile. */
const ITEMS_MAX = 64
/** Bytes of one call at most, unless one item alone is larger. */
const BYTES_MAX = 4 * 1024 * 1024

interface Waiting<Item, Answer> {
  item: Item
  resolve(answer: Answer): void
  reject(error: unknown): void
}

export interface GroupCommitOptions<Item, Answer> {
  /** Commits all items; answers in their order. What it rejects with is every item's. */
  commit(items: Item[]): Promise<Answer[]>
  bytesOf(item: Item): number
}

/**
 * Many writes, few calls: whatever comes while one call is under way goes with the next. Alone, an
 * item goes at once; under load the calls grow instead of their number.
 */
export class GroupCommit<Item, Answer> {
  readonly #options: GroupCommitOptions<Item, Answer>
  #waiting: Waiting<Item, Answer>[] = []
  #isCommitting = false

  constructor(options: GroupCommitOptions<Item, Answer>) {
    this.#options = options
  }

  /** Resolves with the item's answer when it is committed. */
  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      if (!this.#isCommitting) void this.#commitAll()
    })
  }

  async #commitAll(): Promise<void> {
    this.#isCommitting = true
    while (this.#waiting.length > 0) {
      const group = this.#nextGroup()
      try {
        const answers = await this.#options.commit(group.map(({ item }) => item))
        for (const [index, { resolve }] of group.entries()) resolve(answers[index] as Answer)
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    this.#isCommitting = false
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
