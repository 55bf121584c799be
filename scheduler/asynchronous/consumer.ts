import { type AsyncConfiguration, policyOf } from '../../core/functions/async-configuration.ts'
import type { RecordConfiguration } from '../../core/functions/function.ts'
import { ClaimStore } from '../../core/invocations/claim-store.ts'
import type { Owner } from '../../core/invocations/invocation-record.ts'
import type { InvocationStore } from '../../core/invocations/invocation-store.ts'
import type { LimitOptions } from '../../core/invocations/queue-limits.ts'
import { RETRY_POLICY, type RetryPolicy } from '../../core/invocations/retry.ts'
import type { TurnQueue, TurnWorker } from '../../core/invocations/turn-queue.ts'
import type { InvokeAnswer, InvokeRequest } from '../../core/links/invoke-link.ts'
import type { Logger } from '../../core/logs/logger.ts'
import type { PayloadStore } from '../../core/payloads/payload-store.ts'
import { PayloadSweep } from '../../core/payloads/payload-sweep.ts'
import type { Redis } from '../../core/redis/redis.ts'
import type { TriggerStore } from '../../core/triggers/trigger-store.ts'
import { RunningClaims } from './running-claims.ts'
import { Sweep } from './sweep.ts'
import { Ticks } from './ticks.ts'
import { Turns } from './turns.ts'

export interface ConsumerParts {
  redis: Redis
  turns: TurnQueue
  invocations: InvocationStore
  payloads: PayloadStore
  triggers: Pick<TriggerStore, 'has'>
  /** This scheduler; the boot id is a new one at every start. */
  owner: Owner
  invoke(request: InvokeRequest): Promise<InvokeAnswer>
  /** How many more invocations of the function could start now, or nearly. Throws FunctionNotFound. */
  room(functionName: string): number | Promise<number>
  /** Calls back when something got free; returns what ends that. */
  onRoom(listener: () => void): () => void
  /** What holds for functions that have no configuration of their own. */
  policy?: Partial<RetryPolicy>
  /** A function's own configuration, where it has one. */
  asyncConfiguration?(functionName: string): AsyncConfiguration | undefined
  /** What a version of a function wants kept of its invocations. */
  record?(functionName: string, version?: string): RecordConfiguration | undefined
  limits?: LimitOptions
  /** Called when an invocation has ended that is to be reported: it waits in the outbox. */
  handedOver(): void
  log: Logger
}

/** Turns and ticks in hand at once; a turn that waits for room is not in hand. */
const CONCURRENCY = 16

/** Everything asynchronous that one scheduler does: turns, ticks, the sweep. */
export class Consumer {
  readonly #running: RunningClaims
  readonly #turns: Turns
  readonly #sweep: Sweep
  readonly #worker: TurnWorker
  #workerRestarts = 0

  static start(parts: ConsumerParts): Consumer {
    return new Consumer(parts)
  }

  private constructor(parts: ConsumerParts) {
    const { redis, owner, payloads, limits = {}, log } = parts
    const platformPolicy = { ...RETRY_POLICY, ...parts.policy }
    const policy = (functionName: string) =>
      policyOf(platformPolicy, parts.asyncConfiguration?.(functionName))
    const claims = new ClaimStore({ redis, owner, payloads, limits })
    const running = new RunningClaims({ ...parts, claims, policy })
    const turns = new Turns({ ...parts, claims, running })
    const ticks = new Ticks(parts)
    this.#running = running
    this.#turns = turns
    this.#worker = parts.turns.take(
      {
        turn: (functionName, token) => turns.take(functionName, token),
        tick: (tick) => ticks.take(tick),
        failed: (error) => log.warn({ error }, 'Turn queue failed; it goes on by itself'),
        silent: () => {
          this.#workerRestarts += 1
          log.error('Turns were not taken any more while Redis answers; the worker is opened anew')
        },
      },
      CONCURRENCY,
    )
    const payloadSweep = new PayloadSweep({ redis, payloads })
    this.#sweep = new Sweep({ ...parts, claims, policy, running, payloads: payloadSweep })
  }

  /** How often what takes turns has fallen silent and was opened anew. */
  get workerRestarts(): number {
    return this.#workerRestarts
  }

  /** Looks at once whether a function that has changed can run more. Rejects with RedisUnavailable. */
  hurry(functionName: string): Promise<void> {
    return this.#turns.hurry(functionName)
  }

  /** No new claim from here on; what runs goes on. */
  async stop(): Promise<void> {
    await Promise.all([this.#turns.close(), this.#worker.close(), this.#sweep.close()])
  }

  /** After `stop`: waits for what runs, and for its results to be recorded, at most `ms`. */
  async settle(ms: number): Promise<void> {
    await this.#running.settle(ms)
  }
}
