/** Tells many at once that something got free; several notices in one go are one. */
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

  /** The next notice. Ask for it before looking for room, or one in between is missed. */
  next(): Promise<void> {
    return this.#next.promise
  }
}

/** Resolves with the notice, or after `ms`. */
export async function within(ms: number, notice: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, ms)
  await Promise.race([notice, late.promise])
  clearTimeout(timer)
}
