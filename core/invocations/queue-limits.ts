import { TURN_WAITS_MS } from './turn-queue.ts'

/** Past any of these the oldest are forgotten. */
export interface KeptLimits {
  /** Of one function. */
  count: number
  ageMs: number
  /** Of all functions: in Redis, and of payloads that lie beside. */
  bytes: number
  stored: number
}

/** Upper bounds of what asynchronous invocations may take in Redis; see docs/configuration.md. */
export interface QueueLimits {
  /** Events of one function that wait. */
  waitingPerFunction: number
  /** Invocations in all that are not final, or not reported yet. */
  open: number
  /** Bytes of these in Redis. */
  openBytes: number
  /** Bytes of their payloads that lie beside. */
  openStored: number
  /** Closed invocations that can be looked up. */
  finished: KeptLimits
  /** Those of them that are dead letters. */
  dead: KeptLimits
  /** An event that is older is not tried again. */
  eventAgeMs: number
}

const HOUR_MS = 60 * 60 * 1000
export const DEDUPE_MS = 24 * HOUR_MS
const MB = 1024 * 1024
const GB = 1024 * MB

const QUEUE_LIMITS: QueueLimits = {
  waitingPerFunction: 100_000,
  open: 500_000,
  openBytes: 512 * MB,
  openStored: 16 * GB,
  finished: { count: 10_000, ageMs: 24 * HOUR_MS, bytes: 192 * MB, stored: 4 * GB },
  dead: { count: 10_000, ageMs: 14 * 24 * HOUR_MS, bytes: 128 * MB, stored: 4 * GB },
  eventAgeMs: 6 * HOUR_MS,
}

/** Some of the limits; those that are not given are the usual ones. */
export type LimitOptions = Partial<Omit<QueueLimits, 'finished' | 'dead'>> & {
  finished?: Partial<KeptLimits>
  dead?: Partial<KeptLimits>
}

export function completeLimits(options: LimitOptions = {}): QueueLimits {
  return {
    ...QUEUE_LIMITS,
    ...options,
    finished: { ...QUEUE_LIMITS.finished, ...options.finished },
    dead: { ...QUEUE_LIMITS.dead, ...options.dead },
  }
}

/** The limits that every script takes which ends invocations; see core/lua/finish.lua. */
export function limitArguments({ finished, dead }: QueueLimits): number[] {
  return [finished, dead].flatMap(({ count, ageMs, bytes, stored }) => [
    count,
    ageMs,
    bytes,
    stored,
  ])
}

/** The bounds that every script takes which makes invocations; see core/lua/accepting.lua. */
export function acceptBounds(limits: QueueLimits): number[] {
  const { eventAgeMs, waitingPerFunction, open, openBytes, openStored } = limits
  return [eventAgeMs, DEDUPE_MS, waitingPerFunction, open, openBytes, openStored, TURN_WAITS_MS]
}
