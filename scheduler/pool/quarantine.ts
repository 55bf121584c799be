import type { QuarantinedSandbox } from '../../core/links/invoke-link.ts'

/** A removal that has failed so often is set aside: it will hardly go better in the next seconds. */
const TRIES_MAX = 3
/** Until its next try; twice as long after each that fails. */
const PAUSE_MS = 10_000
const PAUSE_MS_MAX = 600_000

interface Cell {
  tries: number
  reason: string
  sinceMs: number
  nextTryMs: number
  memoryMb: number
}

/**
 * Sandboxes whose removal fails again and again. They may still run, so they count as part of the
 * pool, and are tried ever more rarely.
 */
export class Quarantine {
  readonly #cells = new Map<string, Cell>()
  readonly #now: () => number

  /** `now` gives milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Its removal has failed. True where that has set it aside. */
  failed(id: string, failure: { reason: string; memoryMb: number }): boolean {
    const now = this.#now()
    const cell = this.#cells.get(id) ?? { ...failure, tries: 0, sinceMs: now, nextTryMs: now }
    cell.tries += 1
    cell.reason = failure.reason
    const over = cell.tries - TRIES_MAX
    if (over >= 0) cell.nextTryMs = now + Math.min(PAUSE_MS * 2 ** over, PAUSE_MS_MAX)
    this.#cells.set(id, cell)
    return over === 0
  }

  /** It is gone. True where it was set aside. */
  gone(id: string): boolean {
    const wasHere = this.#isInside(this.#cells.get(id))
    this.#cells.delete(id)
    return wasHere
  }

  /** Forgets all that the engine does not list any more. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.#cells.keys()) if (!ids.has(id)) this.#cells.delete(id)
  }

  /** Whether its removal may be tried (again) now. */
  mayTry(id: string): boolean {
    const cell = this.#cells.get(id)
    return !cell || this.#now() >= cell.nextTryMs
  }

  get size(): number {
    return this.#inside().length
  }

  get memoryMb(): number {
    return this.#inside().reduce((sum, [, { memoryMb }]) => sum + memoryMb, 0)
  }

  list(): QuarantinedSandbox[] {
    return this.#inside().map(([id, { tries, reason, sinceMs, nextTryMs }]) => ({
      id,
      reason,
      tries,
      since: new Date(sinceMs).toISOString(),
      nextTryAt: new Date(nextTryMs).toISOString(),
    }))
  }

  #inside(): [string, Cell][] {
    return [...this.#cells].filter(([, cell]) => this.#isInside(cell))
  }

  #isInside(cell: Cell | undefined): boolean {
    return cell !== undefined && cell.tries >= TRIES_MAX
  }
}
