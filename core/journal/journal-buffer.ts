import type { EndedRecord } from './ended-invocation.ts'

/** Invocations that wait to be written; while Redis is away the oldest go past that. */
const WAITING_MAX = 40_000
/** And bytes of their events and results. */
const BODIES_MAX = 16 * 1024 * 1024
/** Past a bound by that, all that is past it goes: making room costs a look at everything, which each call would pay. */
const SLACK = 1.1

/** What ends is made a record of only when it is written: until then it is what makes it. */
export interface Pending {
  readonly functionName: string
  make(): EndedRecord
  /** Bytes that it holds in memory besides itself. */
  readonly bytes: number
  /** Of its coming; the buffer's own. */
  number?: number
}

/**
 * What has ended and is not written yet: bounded, and what does not fit is counted. Of a function no more
 * wait than it keeps: what would be dropped by the next ones anyway is never made, nor written.
 */
export class JournalBuffer {
  readonly #keeps: number
  /** By function, each in the order in which they ended. */
  #waiting = new Map<string, Pending[]>()
  #size = 0
  #bytes = 0
  #number = 0
  #dropped = 0

  /** `keeps`: how many are kept of a function. */
  constructor(keeps: number) {
    this.#keeps = keeps
  }

  get size(): number {
    return this.#size
  }

  /** It should not wait for the next flush: room may be wanted before. */
  get isHalfFull(): boolean {
    return this.#size >= WAITING_MAX / 2 || this.#bytes >= BODIES_MAX / 2
  }

  /** How many were lost: for want of room, not by what their function keeps. */
  get dropped(): number {
    return this.#dropped
  }

  /** On the way of each invocation: it does no more than this. */
  add(pending: Pending): void {
    this.#number += 1
    pending.number = this.#number
    const waiting = this.#of(pending.functionName)
    waiting.push(pending)
    this.#size += 1
    this.#bytes += pending.bytes
    // Now and then, not at each one.
    if (waiting.length > this.#keeps * 1.25) this.#cut(waiting, waiting.length - this.#keeps)
    const isFull = this.#size > WAITING_MAX * SLACK || this.#bytes > BODIES_MAX * SLACK
    if (isFull) this.#makeRoom()
  }

  /** All, in the order in which they ended. */
  takeAll(): Pending[] {
    const all = this.#inOrder()
    this.#clear()
    return all
  }

  /** Those that could not be written go before all others, which have ended since. */
  putBack(taken: readonly Pending[]): void {
    if (taken.length === 0) return
    const newer = this.takeAll()
    for (const pending of [...taken, ...newer]) this.add(pending)
  }

  #of(functionName: string): Pending[] {
    const known = this.#waiting.get(functionName)
    if (known) return known
    const made: Pending[] = []
    this.#waiting.set(functionName, made)
    return made
  }

  #inOrder(): Pending[] {
    const all = [...this.#waiting.values()]
    if (all.length === 1) return all[0] ?? []
    return all.flat().sort((one, other) => (one.number ?? 0) - (other.number ?? 0))
  }

  #clear(): void {
    this.#waiting = new Map()
    this.#size = 0
    this.#bytes = 0
  }

  #cut(waiting: Pending[], count: number): void {
    const cut = waiting.splice(0, count)
    this.#size -= cut.length
    for (const { bytes } of cut) this.#bytes -= bytes
  }

  /** The oldest of all go. */
  #makeRoom(): void {
    const all = this.#inOrder()
    let left = this.#bytes
    let count = 0
    while (count < all.length && (all.length - count > WAITING_MAX || left > BODIES_MAX)) {
      left -= all[count]?.bytes ?? 0
      count += 1
    }
    this.#dropped += count
    this.#clear()
    for (const one of all.slice(count)) {
      this.#of(one.functionName).push(one)
      this.#size += 1
      this.#bytes += one.bytes
    }
  }
}
