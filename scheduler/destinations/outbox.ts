import type { DeliveryEnd, DeliveryStore, Message } from '../../core/delivery-store.ts'
import type { Logger } from '../../core/logger.ts'
import { waitAtMost } from '../deadline.ts'
import { Undeliverable } from './undeliverable.ts'

export interface OutboxParts {
  deliveries: DeliveryStore
  /** Rejects with Undeliverable where trying again is of no use. */
  deliver(message: Message): Promise<void>
  /** A message that is older is given up. */
  ageMsMax: number
  log: Logger
}

/** Deliveries under way at once, and of one function: one that hangs holds up few. */
const DELIVERIES_MAX = 64
const PER_FUNCTION_MAX = 4
/** What nobody told of, retries above all, is found by looking so often. */
const LOOK_MS = 500
const FIRST_DELAY_MS = 1000
const DELAY_MS_MAX = 5 * 60_000
/** Retries are spread by up to so much of their delay, both ways. */
const JITTER = 0.2

/**
 * Delivers what is in the outbox, until each message is delivered or dead. What this process does
 * not end, because it is killed, comes back when its lease ends.
 */
export class Outbox {
  readonly #parts: OutboxParts
  readonly #underWay = new Map<string, { functionName: string; settled: Promise<void> }>()
  readonly #timer: NodeJS.Timeout
  #looking: Promise<void> | undefined
  #isWanted = false
  #isClosing = false
  #isTold = false

  constructor(parts: OutboxParts) {
    this.#parts = parts
    this.#timer = setInterval(() => this.notice(), LOOK_MS)
  }

  /** Something may be due: looks at once, or once more after the look that is under way. */
  notice(): void {
    if (this.#isClosing) return
    this.#isWanted = true
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
  }

  /** Takes nothing more, and waits for what is under way, at most `ms`. */
  async close(ms: number): Promise<void> {
    this.#isClosing = true
    clearInterval(this.#timer)
    const ends = Array.from(this.#underWay.values(), ({ settled }) => settled)
    await waitAtMost(
      ms,
      Promise.all([this.#looking, ...ends]).then(() => undefined),
    )
  }

  async #look(): Promise<void> {
    while (this.#isWanted && !this.#isClosing) {
      this.#isWanted = false
      const n = DELIVERIES_MAX - this.#underWay.size
      if (n === 0) return
      try {
        const busy = this.#busyFunctions()
        const messages = await this.#parts.deliveries.take({
          n,
          perFunction: PER_FUNCTION_MAX,
          busy,
        })
        for (const message of messages) this.#start(message)
        this.#isTold = false
      } catch (error) {
        if (!this.#isTold) this.#parts.log.warn({ error }, 'Outbox cannot be read; it goes on')
        this.#isTold = true
      }
    }
  }

  #busyFunctions(): string[] {
    const counts = new Map<string, number>()
    for (const { functionName } of this.#underWay.values()) {
      counts.set(functionName, (counts.get(functionName) ?? 0) + 1)
    }
    return Array.from(counts).flatMap(([name, count]) => (count >= PER_FUNCTION_MAX ? [name] : []))
  }

  #start(message: Message): void {
    const name = `${message.invocationId}/${message.fence}`
    const settled = this.#deliver(message).finally(() => {
      this.#underWay.delete(name)
      this.notice()
    })
    this.#underWay.set(name, { functionName: message.functionName, settled })
  }

  /** Never rejects: an end that cannot be recorded is as good as a lease that ended. */
  async #deliver(message: Message): Promise<void> {
    const { deliveries, log } = this.#parts
    const { invocationId, functionName } = message
    const end = await this.#attempt(message)
    try {
      if (!(await deliveries.end(message, end))) {
        log.warn({ id: invocationId, functionName }, 'Late end of a delivery was refused')
      }
    } catch (error) {
      log.warn({ id: invocationId, functionName, error }, 'End of a delivery was not recorded')
    }
    if (end.outcome === 'dead') {
      log.error({ id: invocationId, functionName, error: end.error }, 'Message was given up')
    }
  }

  async #attempt(message: Message): Promise<DeliveryEnd> {
    try {
      await this.#parts.deliver(message)
      return { outcome: 'delivered' }
    } catch (cause) {
      const error = cause instanceof Error ? cause.message : String(cause)
      const delayMs = delayAfter(message.fence)
      if (cause instanceof Undeliverable || message.ageMs + delayMs > this.#parts.ageMsMax) {
        return { outcome: 'dead', error }
      }
      return { outcome: 'again', delayMs, error }
    }
  }
}

function delayAfter(attempts: number): number {
  const delayMs = Math.min(FIRST_DELAY_MS * 2 ** Math.min(attempts - 1, 30), DELAY_MS_MAX)
  return delayMs * (1 + JITTER * (2 * Math.random() - 1))
}
