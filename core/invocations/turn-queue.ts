import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { type Job, Queue, Worker } from 'bullmq'
import { HearthError } from '../errors.ts'
import { QUEUE_PREFIX, TURN_QUEUE } from '../keys.ts'
import type { AnswerTime } from '../process/answer-time.ts'
import { RECONNECT_MS_MAX, RETURN_TIMES } from '../redis/redis.ts'
import { redisAnswerTime } from '../redis/redis-answer-time.ts'
import { nextTime, parseSchedule } from '../triggers/schedule-expression.ts'
import { Canary, WATCH } from './turn-canary.ts'
import {
  CANARY,
  CANARY_PASSES_MAX,
  type CanaryData,
  Hands,
  type TickData,
  type TurnData,
  type TurnHandlers,
} from './turn-hands.ts'

export type { ScheduleTick } from './turn-hands.ts'

/** A turn that waits in the queue is looked for by the sweep; its flag lives so long without one. */
export const TURN_WAITS_MS = 60_000

/** From taking a turn off the queue to its first claim; longer means that its worker died. */
const TAKEN_MS = 5000
const CLOSE_TIMEOUT_MS = 2000
/** As core/redis/redis.ts does it; a worker's connection waits for jobs, ten seconds at a time. */
const SILENCE_MS = 30_000
/**
 * A worker that died holds its job for so long. Locks are not renewed: a turn that takes longer is
 * taken twice, and the second taker sees by its flag that it is stale.
 */
const LOCK_MS = 10_000
/** Whoever passes a canary on would take it again at once. */
const CANARY_PASS_MS = 25
/** A tick that cannot be accepted now (queue full) is tried again so often, a second apart. */
const TICK_TRIES = 60

export interface Schedule {
  triggerId: string
  functionName: string
  qualifier?: string | undefined
  /** `rate(...)` or `cron(...)`. */
  schedule: string
  /** IANA name; UTC where it is not set. */
  timezone?: string | undefined
  input?: unknown
  /** ARN of the rule or schedule of AWS's that the trigger is of. */
  origin?: string
}

/** What takes turns off the queue until it is closed. */
export interface TurnWorker {
  /** Waits for turns in hand, but no longer than a bounded time: Redis may be away. */
  close(): Promise<void>
}

const processMark = randomBytes(6).toString('hex')
let tokens = 0

/** Names one turn; unlike any other, in any process. */
export function turnToken(): string {
  tokens += 1
  return `t-${processMark}-${tokens.toString(36)}`
}

/**
 * The one queue that BullMQ keeps: turns of functions that have waiting events, and schedules. A
 * turn is a hint; what must not be lost is in the records.
 */
export class TurnQueue {
  readonly #url: string
  readonly #time: AnswerTime
  readonly #queue: Queue
  readonly #life = new AbortController()

  static open(redisUrl: string): TurnQueue {
    return new TurnQueue(redisUrl)
  }

  private constructor(redisUrl: string) {
    this.#url = redisUrl
    this.#time = redisAnswerTime(redisUrl)
    this.#queue = new Queue(TURN_QUEUE, {
      prefix: QUEUE_PREFIX,
      connection: {
        ...connectionOf(redisUrl, this.#life.signal),
        enableOfflineQueue: false,
        maxRetriesPerRequest: 0,
      },
      streams: { events: { maxLen: 100 } },
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
      settings: { repeatStrategy: nextFireMs },
    })
    // Each call reports its own failure; without a listener the process would end on the first one.
    this.#queue.on('error', () => undefined)
  }

  /** BullMQ's own, for a board that shows it: nobody else looks past the verbs below. */
  get shown(): Queue {
    return this.#queue
  }

  /** Puts a turn at the end of the queue. Throws RedisUnavailable. */
  async give(functionName: string, turn: { token?: string; delayMs?: number } = {}): Promise<void> {
    const { token = turnToken(), delayMs = 0 } = turn
    const data: TurnData = { functionName }
    await this.#inTime(this.#queue.add('turn', data, { jobId: token, delay: delayMs }))
  }

  /** Gives a turn without waiting for it: one that gets lost on the way is found by the sweep. */
  hint(functionName: string, turn: { token?: string; delayMs?: number } = {}): void {
    this.give(functionName, turn).catch(() => undefined)
  }

  /** Whether the turn with this token is on its way: in the queue, or taken just now. */
  async waits(token: string): Promise<boolean> {
    const job = (await this.#inTime(this.#queue.getJob(token))) as Job | undefined
    if (!job) return false
    return job.processedOn === undefined || Date.now() - job.processedOn < TAKEN_MS
  }

  /**
   * Makes or replaces the schedule of a trigger. A rate fires at once for the first time, as
   * EventBridge Scheduler's does. Throws InvalidSchedule.
   */
  async putSchedule(schedule: Schedule): Promise<void> {
    const parsed = parseSchedule(schedule.schedule, schedule.timezone)
    const repeat =
      'everyMs' in parsed
        ? { every: parsed.everyMs }
        : { pattern: schedule.schedule, tz: schedule.timezone ?? 'UTC' }
    await this.#inTime(
      this.#queue.upsertJobScheduler(schedule.triggerId, repeat, {
        name: 'tick',
        data: tickData(schedule),
        opts: { attempts: TICK_TRIES, backoff: { type: 'fixed', delay: 1000 } },
      }),
    )
  }

  /** Whether just this schedule is in force. */
  async isScheduled(schedule: Schedule): Promise<boolean> {
    const { timezone = 'UTC', triggerId } = schedule
    const found = await this.#inTime(this.#queue.getJobScheduler(triggerId))
    // Stored as JSON, which has no fields that are undefined.
    const data = JSON.parse(JSON.stringify(tickData(schedule)))
    return (found?.tz ?? timezone) === timezone && isDeepStrictEqual(found?.template?.data, data)
  }

  async removeSchedule(triggerId: string): Promise<void> {
    await this.#inTime(this.#queue.removeJobScheduler(triggerId))
  }

  /**
   * Takes turns and ticks, at most `concurrency` at once, until it is closed. A worker that stops
   * without a word is closed, and another one opened.
   */
  take(handlers: TurnHandlers, concurrency: number, watch = WATCH): TurnWorker {
    const open = () => this.#open(hands, concurrency)
    const canaryId = `${CANARY}-${turnToken()}`
    const hands = new Hands(handlers, canaryId)
    hands.onForeign = (canary) => this.#giveCanary({ ...canary, passes: canary.passes - 1 })
    let worker = open()
    let closing = false
    const canary = new Canary(
      {
        give: () => this.#giveCanary({ canaryId, passes: CANARY_PASSES_MAX }),
        isFull: () => hands.held >= concurrency,
        silent: async () => {
          handlers.silent()
          await worker.close(true)
          if (!closing) worker = open()
        },
      },
      watch,
    )
    hands.onTaken = () => canary.heard()
    return {
      close: async () => {
        closing = true
        canary.close()
        await worker.close(false)
      },
    }
  }

  /** Its name has an end, so that canaries that nobody takes do not pile up. */
  async #giveCanary(canary: CanaryData): Promise<void> {
    const { canaryId, passes } = canary
    const delay = passes === CANARY_PASSES_MAX ? 0 : CANARY_PASS_MS
    await this.#inTime(this.#queue.add(CANARY, canary, { jobId: `${canaryId}-${passes}`, delay }))
  }

  #open(hands: Hands, concurrency: number): OpenWorker {
    const life = new AbortController()
    const worker = new Worker(TURN_QUEUE, (job) => hands.take(job), {
      prefix: QUEUE_PREFIX,
      connection: { ...connectionOf(this.#url, life.signal), maxRetriesPerRequest: null },
      concurrency,
      lockDuration: LOCK_MS,
      skipLockRenewal: true,
      stalledInterval: LOCK_MS / 2,
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      runRetryDelay: RECONNECT_MS_MAX,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      settings: { repeatStrategy: nextFireMs },
    })
    worker.on('error', (error) => hands.handlers.failed(error))
    worker.on('failed', (_job, error) => hands.handlers.failed(error))
    return { close: (atOnce) => settled(worker.close(atOnce), life) }
  }

  async #inTime<T>(answer: Promise<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>()
    const ended = this.#time.limit(() => reject(new Error('Redis did not answer in time')))
    try {
      return await Promise.race([answer, late])
    } catch (cause) {
      throw cause instanceof HearthError
        ? cause
        : new HearthError('RedisUnavailable', {}, { cause })
    } finally {
      ended()
    }
  }

  async close(): Promise<void> {
    await settled(this.#queue.close(), this.#life)
  }
}

function tickData({ timezone: _zone, ...data }: Schedule): TickData {
  return data
}

interface OpenWorker {
  /** At once: without waiting for jobs in hand, whose ends are then nobody's. */
  close(atOnce: boolean): Promise<void>
}

function nextFireMs(
  afterMs: number,
  repeat: { pattern?: string; tz?: string },
): number | undefined {
  if (repeat.pattern === undefined) return undefined
  return nextTime(repeat.pattern, repeat.tz, new Date(afterMs))?.getTime()
}

/** Connects again for ever, until `life` is over: BullMQ leaves clients behind that it closed too early. */
function connectionOf(redisUrl: string, life: AbortSignal) {
  const target = redisUrl.startsWith('unix://')
    ? { path: redisUrl.slice('unix://'.length) }
    : { url: redisUrl }
  const retryStrategy = (tries: number) =>
    life.aborted ? null : Math.min(50 * tries, RECONNECT_MS_MAX)
  return { ...target, ...RETURN_TIMES, retryStrategy, socketTimeout: SILENCE_MS }
}

/** Closing hangs while Redis is away (taskforcesh/bullmq#4656): it gets a time, then it is left. */
async function settled(closing: Promise<void>, life: AbortController): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, CLOSE_TIMEOUT_MS)
  await Promise.race([closing.catch(() => undefined), promise])
  clearTimeout(timer)
  life.abort()
}
