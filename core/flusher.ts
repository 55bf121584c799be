/**
 * Writes what is gathered, by a timer or at once, never twice at a time. What may be gathered, and how long
 * closing may take, is each user's own; one that could not write asks for the next flush itself.
 */
export class Flusher<Part = never> {
  readonly #flush: (part?: Part) => Promise<void>
  #timer: NodeJS.Timeout | undefined
  #flushing: Promise<void> | undefined

  /** `flush` writes all there is, or a part of it. */
  constructor(flush: (part?: Part) => Promise<void>) {
    this.#flush = flush
  }

  get isFlushing(): boolean {
    return this.#flushing !== undefined
  }

  /** Within `ms`, or sooner where that was asked for before. */
  later(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.now().catch(() => undefined)
    }, ms).unref()
  }

  /** After what is under way; rejects as that does, or this. */
  async now(part?: Part): Promise<void> {
    // Of several that have waited for the same one, the next must wait for the first.
    while (this.#flushing !== undefined) await this.#flushing
    this.#flushing = this.#flush(part).finally(() => {
      this.#flushing = undefined
    })
    await this.#flushing
  }

  /** Resolves when what is under way has ended, well or not. */
  async idle(): Promise<void> {
    await this.#flushing?.catch(() => undefined)
  }

  /** Forgets what was asked for. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
