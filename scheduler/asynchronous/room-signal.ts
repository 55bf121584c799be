/** Lets many wait until something got free; several notices in one go wake them once. */
export class RoomSignal {
  #next = Promise.withResolvers<void>()
  #planned = false

  notify(): void {
    if (this.#planned) return
    this.#planned = true
    setImmediate(() => {
      this.#planned = false
      const { resolve } = this.#next
      this.#next = Promise.withResolvers<void>()
      resolve()
    })
  }

  /** Resolves at the next notice, or after `ms`. */
  async wait(ms: number): Promise<void> {
    const late = Promise.withResolvers<void>()
    const timer = setTimeout(late.resolve, ms)
    await Promise.race([this.#next.promise, late.promise])
    clearTimeout(timer)
  }
}
