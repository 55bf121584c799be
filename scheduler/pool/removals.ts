import type { Logger } from '../../core/logs/logger.ts'
import type { Driver } from './driver.ts'
import { GENERIC_MEMORY_MB } from './placement.ts'
import { Quarantine } from './quarantine.ts'
import { removeSandboxDirectory } from './sandbox-directory.ts'

/** Sandboxes that leave in peace go one at a time, with room between: removing is work for the engine. */
const PACE_MS = 50
/** Those that may still run wild go at once, so many at the same time. */
const URGENT_MAX = 4

export interface Removal {
  /** A sandbox's id, or the driver's own name for what is no sandbox of ours. */
  handle: string
  /** Of the sandbox, where the handle is the driver's own name for it. */
  id?: string
  directory?: string
  /** What it may still take up. */
  memoryMb?: number
  urgent: boolean
  /** Its launch: what is still being started cannot be removed yet. */
  after?: Promise<unknown>
  removed?(): void
}

/** Removes sandboxes and their directories in the background, off the way of what starts. */
export class Removals {
  /** What cannot be removed. */
  readonly quarantine = new Quarantine()
  readonly #driver: Driver
  readonly #log: Logger
  readonly #urgent: Removal[] = []
  readonly #calm: Removal[] = []
  readonly #handles = new Set<string>()
  #running = 0
  #hurry = false
  #idle = Promise.withResolvers<void>()

  constructor(driver: Driver, log: Logger) {
    this.#driver = driver
    this.#log = log
    this.#idle.resolve()
  }

  /** Whether it waits for its removal, or is being removed. */
  has(handle: string): boolean {
    return this.#handles.has(handle)
  }

  /** Never waits and never fails: what could not be removed is found again by the next comparison. */
  add(removal: Removal): void {
    if (this.#handles.has(removal.handle)) return
    if (this.#handles.size === 0) this.#idle = Promise.withResolvers<void>()
    this.#handles.add(removal.handle)
    const queue = removal.urgent ? this.#urgent : this.#calm
    queue.push(removal)
    this.#next()
  }

  /** Removes all that waits without pauses; resolves when nothing is left to remove. */
  async finish(): Promise<void> {
    this.#hurry = true
    this.#next()
    await this.#idle.promise
  }

  async #removeNow(removal: Removal): Promise<void> {
    const { handle, id = handle, memoryMb = GENERIC_MEMORY_MB } = removal
    try {
      await this.#driver.remove(handle)
    } catch (error) {
      const reason = (error as Error).message
      if (this.quarantine.failed(id, { reason, memoryMb })) {
        this.#log.error({ err: error, sandbox: id }, 'Sandbox cannot be removed, and is set aside')
      }
      throw error
    }
    if (this.quarantine.gone(id)) this.#log.info({ sandbox: id }, 'Sandbox was removed at last')
  }

  #next(): void {
    while (this.#running < URGENT_MAX) {
      const calmMay = this.#hurry || this.#running === 0
      const removal = this.#urgent.shift() ?? (calmMay ? this.#calm.shift() : undefined)
      if (!removal) return
      this.#running += 1
      void this.#remove(removal)
    }
  }

  async #remove(removal: Removal): Promise<void> {
    try {
      await removal.after?.catch(() => undefined) // Whoever launched it has heard why it failed.
      await this.#removeNow(removal)
      if (removal.directory) await removeSandboxDirectory(removal.directory)
    } catch (error) {
      this.#log.warn({ err: error, sandbox: removal.handle }, 'Sandbox was not removed yet')
    }
    removal.removed?.()
    this.#handles.delete(removal.handle)
    if (!removal.urgent && !this.#hurry) await new Promise((r) => setTimeout(r, PACE_MS))
    this.#running -= 1
    if (this.#handles.size === 0) this.#idle.resolve()
    this.#next()
  }
}
