import {
  DELIVERY_LEASE_MS,
  type DeliveryEnd,
  type DeliveryStore,
  type Message,
} from '../../core/invocations/delivery-store.ts'
import { destinationName } from '../../core/invocations/destination.ts'
import type { Logger } from '../../core/logs/logger.ts'
import { waitAtMost, withDeadline } from '../deadline.ts'
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
/** What the payloads of those under way may take in memory together. */
const BYTES_MAX = 64 * 1024 * 1024
/** A delivery that takes longer is given up before its lease ends and another one begins. */
const DELIVERY_MS_MAX = DELIVERY_LEASE_MS - 10_000
/** After so many failures in a row what has grown too old is given up without another attempt. */
const FAILURES_MAX = 3
/** Functions whose failures are counted; of more, those that have not failed for longest are forgotten. */
const FAILING_MAX = 10_000
/** What nobody told of, retries above all, is found by looking so often. */
const LOOK_MS = 500
const FIRST_DELAY_MS = 1000
const DELAY_MS_MAX = 5 * 60_000
/** Retries are spread by up to so much of their delay, both ways. */
const JITTER = 0.2

interface UnderWay {
  message: Message
  settled: Promise<void>
}

/**
 * Delivers what is in the outbox, until each message is delivered or dead. What this process does
 * not end, because it is killed, comes back when its lease ends.
 */
export class Outbox {
  readonly #parts: OutboxParts
  readonly #underWay = new Map<string, UnderWay>()
  /** Failures in a row of the functions whose last delivery has failed. */
  readonly #failures = new Map<string, number>()
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
    await waitAtMost(ms, this.#settled())
  }

  async #settled(): Promise<void> {
    // The look under way may still start what it has taken.
    await this.#looking
    await Promise.all(Array.from(this.#underWay.values(), ({ settled }) => settled))
  }

  async #look(): Promise<void> {
    while (this.#isWanted && !this.#isClosing) {
      this.#isWanted = false
      const room = this.#room()
      if (room.n <= 0 || room.bytes <= 0) return
      try {
        const messages = await this.#parts.deliveries.take(room)
        for (const message of messages) this.#start(message)
        this.#isTold = false
      } catch (error) {
        if (!this.#isTold) this.#parts.log.warn({ error }, 'Outbox cannot be read; it goes on')
        this.#isTold = true
      }
    }
  }

  #room() {
    const underWay = new Map<string, number>()
    let bytes = BYTES_MAX
    for (const { message } of this.#underWay.values()) {
      underWay.set(message.functionName, (underWay.get(message.functionName) ?? 0) + 1)
      bytes -= message.bytes
    }
    const n = DELIVERIES_MAX - this.#underWay.size
    return { n, bytes, perFunction: PER_FUNCTION_MAX, underWay }
  }

  #start(message: Message): void {
    const name = `${message.invocationId}/${message.fence}`
    const settled = this.#deliver(message).finally(() => {
      this.#underWay.delete(name)
      this.notice()
    })
    this.#underWay.set(name, { message, settled })
  }

  /** Never rejects: an end that cannot be recorded is as good as a lease that ended. */
  async #deliver(message: Message): Promise<void> {
    const { deliveries, log } = this.#parts
    const { invocationId, functionName } = message
    const end = await this.#attempt(message)
    this.#noteEnd(functionName, end)
    try {
      const isOurs = await deliveries.end(message, end)
      if (!isOurs)
        log.warn({ id: invocationId, functionName }, 'Late end of a delivery was refused')
      else if (end.outcome === 'dead') {
        log.error({ id: invocationId, functionName, error: end.error }, 'Message was given up')
      }
    } catch (error) {
      log.warn({ id: invocationId, functionName, error }, 'End of a delivery was not recorded')
    }
  }

  #noteEnd(functionName: string, { outcome }: DeliveryEnd): void {
    const before = this.#failures.get(functionName) ?? 0
    this.#failures.delete(functionName)
    if (outcome === 'delivered') return
    this.#failures.set(functionName, before + 1)
    const [oldest] = this.#failures.keys()
    if (this.#failures.size > FAILING_MAX && oldest !== undefined) this.#failures.delete(oldest)
  }

  #isFailing(functionName: string): boolean {
    return (this.#failures.get(functionName) ?? 0) >= FAILURES_MAX
  }

  async #attempt(message: Message): Promise<DeliveryEnd> {
    const { ageMsMax } = this.#parts
    if (message.ageMs > ageMsMax && this.#isFailing(message.functionName)) {
      return { outcome: 'dead', error: 'Too old, and the deliveries before it have failed' }
    }
    try {
      const { destination } = message
      const what = `Delivery to ${destinationName(destination)}`
      await withDeadline(DELIVERY_MS_MAX, what, () => this.#parts.deliver(message))
      return { outcome: 'delivered' }
    } catch (cause) {
      const error = cause instanceof Error ? cause.message : String(cause)
      const delayMs = delayAfter(message.tries)
      if (cause instanceof Undeliverable || message.ageMs + delayMs > ageMsMax) {
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
