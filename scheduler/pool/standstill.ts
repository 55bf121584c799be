const TICK_MS = 250
/** A busy event loop is late by less. */
const LATE_MS_MAX = 1000

/**
 * How long this process has stood still, in all: stopped, or with its event loop blocked. Handlers
 * that waited for the platform meanwhile, as for the network, which it relays, get that time back.
 * Lives as long as the process.
 */
export class Standstill {
  #tickAt = performance.now()
  #lostMs = 0

  constructor() {
    setInterval(() => this.#tick(), TICK_MS).unref()
  }

  /** Milliseconds, what is going on at this moment included. */
  get lostMs(): number {
    return this.#lostMs + this.#lateBy()
  }

  #tick(): void {
    this.#lostMs += this.#lateBy()
    this.#tickAt = performance.now()
  }

  #lateBy(): number {
    const lateMs = performance.now() - this.#tickAt - TICK_MS
    return lateMs > LATE_MS_MAX ? lateMs : 0
  }
}
