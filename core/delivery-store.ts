import type { Destination } from './destination.ts'
import type { Cause } from './invocation.ts'
import { loadScripts, type RunScript, type ScriptReply } from './lua.ts'
import { type Payload, readPayload } from './payload.ts'
import { limitArguments, QUEUE_LIMITS, type QueueLimits } from './queue-limits.ts'
import type { Redis } from './redis.ts'

/** A message that is not ended in so long is anybody's. */
export const DELIVERY_LEASE_MS = 60_000

/**
 * The end of an invocation, to be reported to its destination. One invocation has one message, and
 * the invocation's id is its name: a receiver may get it again, and can tell.
 */
export interface Message {
  invocationId: string
  /** Grows with every attempt to deliver it; the first is 1. */
  fence: number
  /** Since it was put into the outbox. */
  ageMs: number
  functionName: string
  state: 'succeeded' | 'failed' | 'expired'
  destination: Destination
  /** What ran, '' where nothing did. */
  executedVersion: string
  endedAt: Date
  cause: Cause
  /** How often the invocation was claimed. */
  attempts: number
  /** Result and error are empty where there is none. */
  event: Payload
  result: Payload
  error: Buffer
}

/** How an attempt to deliver a message ended. */
export type DeliveryEnd =
  | { outcome: 'delivered' }
  | { outcome: 'again'; delayMs: number; error: string }
  | { outcome: 'dead'; error: string }

const ERROR_LENGTH_MAX = 500

/** The outbox, as schedulers know it: messages are taken on a lease, and ended. */
export class DeliveryStore {
  readonly #limits: QueueLimits
  readonly #run: RunScript

  constructor(options: { redis: Redis; limits?: Partial<QueueLimits> }) {
    this.#limits = { ...QUEUE_LIMITS, ...options.limits }
    this.#run = loadScripts(options.redis)
  }

  /** Takes up to `n` messages that are due, up to `perFunction` of each function but the busy ones. */
  async take(request: { n: number; perFunction: number; busy: string[] }): Promise<Message[]> {
    const { n, perFunction, busy } = request
    const rows = await this.#run('deliver', [n, perFunction, DELIVERY_LEASE_MS, ...busy])
    return (rows as ScriptReply[][]).map(readMessage)
  }

  /** False where the message is not the caller's any more. */
  async end(message: Message, end: DeliveryEnd): Promise<boolean> {
    const done = await this.#run('delivered', [
      ...limitArguments(this.#limits),
      message.invocationId,
      message.fence,
      end.outcome,
      end.outcome === 'again' ? Math.ceil(end.delayMs) : 0,
      end.outcome === 'delivered' ? '' : end.error.slice(0, ERROR_LENGTH_MAX),
    ])
    return done === 1
  }
}

function readMessage(fields: ScriptReply[]): Message {
  const [id, fence, age, functionName, state, to, version, ended, cause, attempts] =
    fields.map(String)
  const [event, result, error, eventAt, resultAt] = fields.slice(10) as Buffer[]
  return {
    invocationId: id as string,
    fence: Number(fence),
    ageMs: Number(age),
    functionName: functionName as string,
    state: state as Message['state'],
    destination: JSON.parse(to as string),
    executedVersion: version as string,
    endedAt: new Date(Number(ended)),
    cause: JSON.parse(cause as string),
    attempts: Number(attempts),
    event: readPayload(event, String(eventAt)),
    result: readPayload(result, String(resultAt)),
    error: error as Buffer,
  }
}
