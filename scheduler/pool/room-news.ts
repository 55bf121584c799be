/** Tells whoever takes work that something in the pool got free: once for all that happens in a turn of the event loop. */
export class RoomNews {
  readonly #listeners = new Set<() => void>()
  #isDue = false

  /** Returns what ends that. */
  on(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  tell(): void {
    if (this.#isDue || this.#listeners.size === 0) return
    this.#isDue = true
    setImmediate(() => {
      this.#isDue = false
      for (const listener of this.#listeners) listener()
    })
  }
}
