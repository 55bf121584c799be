import type { Logger } from '../../core/logs/logger.ts'
import type { Driver } from './driver.ts'

/** While the engine is away it is asked so often whether it is back. */
const RETRY_MS = 500

/** Whether the engine answers, so that who needs it is told at once and not after a wait. */
export class EngineWatch {
  readonly #driver: Driver
  readonly #log: Logger
  readonly #changed: (up: boolean) => void
  #up = true
  #timer: NodeJS.Timeout | undefined
  #asking = false

  constructor(driver: Driver, log: Logger, changed: (up: boolean) => void) {
    this.#driver = driver
    this.#log = log
    this.#changed = changed
  }

  get up(): boolean {
    return this.#up
  }

  /** Asks now, unless it is being asked. */
  async ask(): Promise<void> {
    if (this.#asking) return
    this.#asking = true
    try {
      await this.#driver.ping()
      this.#set(true)
    } catch {
      this.#set(false)
    } finally {
      this.#asking = false
    }
  }

  /** A call to the engine has failed for want of an answer. */
  failed(): void {
    this.#set(false)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #set(up: boolean): void {
    if (up === this.#up) return
    this.#up = up
    clearInterval(this.#timer)
    if (up) this.#log.info('The container engine answers again')
    else {
      this.#log.error('The container engine does not answer; only warm sandboxes go on')
      this.#timer = setInterval(() => void this.ask(), RETRY_MS)
      this.#timer.unref()
    }
    this.#changed(up)
  }
}
