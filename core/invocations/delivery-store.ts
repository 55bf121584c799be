import { loadScripts, type RunScript, type ScriptReply } from '../lua.ts'
import { type Payload, readPayload } from '../payloads/payload.ts'
import type { Redis } from '../redis/redis.ts'
import type { Destination } from './destination.ts'
import type { Cause } from './invocation.ts'
import {
  completeLimits,
  type LimitOptions,
  limitArguments,
  type QueueLimits,
} from './queue-limits.ts'

/** A message that is not ended in so long is anybody's. */
export const DELIVERY_LEASE_MS = 60_000

/**
 * The end of an invocation, to be reported to its destination. One invocation has one message, and
 * the invocation's id is its name: a receiver may get it again, and can tell.
 */
export interface Message {
  invocationId: string
  /** Grows with every time that it is taken; the first is 1. */
  fence: number
  /** How often it was taken since it was put into the outbox. */
  tries: number
  /** What its payloads take in memory. */
  bytes: number
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

  constructor(options: { redis: Redis; limits?: LimitOptions }) {
    this.#limits = completeLimits(options.limits)
    this.#run = loadScripts(options.redis)
  }

  /** Takes messages that are due, those of the functions first that wait longest. */
  async take(request: {
    n: number
    bytes: number
    /** Messages of one function at most, those under way included. */
    perFunction: number
    underWay: ReadonlyMap<string, number>
  }): Promise<Message[]> {
    const { n, bytes, perFunction, underWay } = request
    const counts = [...underWay].flat()
    const rows = await this.#run('deliver', [bytes, perFunction, n, DELIVERY_LEASE_MS, ...counts])
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
  const [event, result, error, eventAt, resultAt, tries, bytes] = fields.slice(10) as Buffer[]
  return {
    invocationId: id as string,
    fence: Number(fence),
    tries: Number(tries),
    bytes: Number(bytes),
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
