import type { LogEntry } from './log-line.ts'

/** Of a text that is not made yet: about what the platform's own lines have. */
const UNMADE_CHARACTERS = 200
/**
 * Of the platform's own lines (START, END, REPORT) so many go with one flush: of a function that is
 * called thousands of times a second most are never made. What a function writes itself is kept.
 */
const UNMADE_MAX = 1000

/** What one function may have waiting. */
export interface BufferLimits {
  lines: number
  characters: number
}

/** The lines of one function that wait for the next flush; the oldest go where there are too many. */
export class LogBuffer {
  readonly #limits: BufferLimits
  #entries: LogEntry[] = []
  #characters = 0
  #unmade = 0
  #dropped = 0

  constructor(limits: BufferLimits) {
    this.#limits = limits
  }

  /** Lines that were dropped, all of them before those that are here. */
  get dropped(): number {
    return this.#dropped
  }

  get characters(): number {
    return this.#characters
  }

  /**
   * What would be cut off again at once is dropped now and then, not at every line. Gives back how
   * many characters it counts.
   */
  add(entry: LogEntry): number {
    const length = lengthOf(entry)
    this.#entries.push(entry)
    this.#characters += length
    if (typeof entry.text !== 'string') this.#unmade += 1
    if (this.#unmade >= 2 * UNMADE_MAX) this.#dropUnmade()
    const { lines, characters } = this.#limits
    if (this.#entries.length >= 2 * lines || this.#characters >= 2 * characters) this.#trim()
    return length
  }

  /** The lines that are to be kept, oldest first. */
  take(): LogEntry[] {
    if (this.#unmade > UNMADE_MAX) this.#dropUnmade()
    this.#trim()
    return this.#entries
  }

  /** Drops all of them; how many they were is told with the next flush. */
  clear(): void {
    this.#keep(() => false)
    this.#unmade = 0
  }

  #dropUnmade(): void {
    let surplus = this.#unmade - UNMADE_MAX
    this.#keep((entry) => {
      if (surplus === 0 || typeof entry.text === 'string') return true
      surplus -= 1
      return false
    })
    this.#unmade = UNMADE_MAX
  }

  #trim(): void {
    const { lines, characters } = this.#limits
    let surplus = this.#entries.length - lines
    let over = this.#characters - characters
    if (surplus <= 0 && over <= 0) return
    this.#keep((entry) => {
      if (surplus <= 0 && over <= 0) return true
      surplus -= 1
      over -= lengthOf(entry)
      if (typeof entry.text !== 'string') this.#unmade -= 1
      return false
    })
  }

  #keep(wanted: (entry: LogEntry) => boolean): void {
    const kept = this.#entries.filter(wanted)
    this.#dropped += this.#entries.length - kept.length
    this.#entries = kept
    this.#characters = 0
    for (const entry of kept) this.#characters += lengthOf(entry)
  }
}

function lengthOf({ text }: LogEntry): number {
  return typeof text === 'string' ? text.length : UNMADE_CHARACTERS
}
