import type { EndedRecord } from './ended-invocation.ts'

/** Invocations that wait to be written; while Redis is away the oldest go past that. */
const RECORDS_MAX = 20_000
/** And characters of their events and results. */
const BODIES_MAX = 16 * 1024 * 1024

/** What ends is made a record of only when it is written: until then it is a function that makes it. */
export interface Pending {
  make(): EndedRecord
  /** Bytes that it holds in memory besides itself. */
  bytes: number
}

/** What has ended and is not written yet, in its order: bounded, and what does not fit is counted. */
export class JournalBuffer {
  #pending: Pending[] = []
  #bytes = 0
  #dropped = 0

  get size(): number {
    return this.#pending.length
  }

  /** How many were dropped since this was asked last. */
  takeDropped(): number {
    const dropped = this.#dropped
    this.#dropped = 0
    return dropped
  }

  /** On the way of each invocation: it does no more than this. */
  add(pending: Pending): void {
    this.#pending.push(pending)
    this.#bytes += pending.bytes
    // Now and then, not at each one.
    if (this.#pending.length > RECORDS_MAX * 1.1 || this.#bytes > BODIES_MAX) this.#trim()
  }

  take(count: number): Pending[] {
    const taken = this.#pending.splice(0, count)
    for (const { bytes } of taken) this.#bytes -= bytes
    return taken
  }

  /** Those that could not be written go before all others. */
  putBack(taken: readonly Pending[]): void {
    this.#pending = [...taken, ...this.#pending]
    for (const { bytes } of taken) this.#bytes += bytes
    this.#trim()
  }

  forget(): void {
    this.#pending = []
    this.#bytes = 0
  }

  #trim(): void {
    let count = Math.max(0, this.#pending.length - RECORDS_MAX)
    let bytes = this.#bytes
    for (let at = 0; at < this.#pending.length && (at < count || bytes > BODIES_MAX); at += 1) {
      bytes -= this.#pending[at]?.bytes ?? 0
      count = Math.max(count, at + 1)
    }
    this.#pending.splice(0, count)
    this.#bytes = bytes
    this.#dropped += count
  }
}
