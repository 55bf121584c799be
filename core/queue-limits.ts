import { TURN_WAITS_MS } from './turn-queue.ts'

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
  /** Final invocations of one function that can be looked up. */
  keptPerFunction: number
  /** For how long they can. */
  keptMs: number
  /** The same for dead letters. */
  deadPerFunction: number
  deadMs: number
  /** Bytes of all closed records; past it the oldest are forgotten, dead letters last. */
  keptBytes: number
  /** The same for their payloads that lie beside. */
  keptStored: number
  /** An event that is older is not tried again. */
  eventAgeMs: number
}

const HOUR_MS = 60 * 60 * 1000
export const DEDUPE_MS = 24 * HOUR_MS
const MB = 1024 * 1024

export const QUEUE_LIMITS: QueueLimits = {
  waitingPerFunction: 100_000,
  open: 500_000,
  openBytes: 512 * MB,
  openStored: 16 * 1024 * MB,
  keptPerFunction: 10_000,
  keptMs: 24 * HOUR_MS,
  deadPerFunction: 10_000,
  deadMs: 14 * 24 * HOUR_MS,
  keptBytes: 256 * MB,
  keptStored: 8 * 1024 * MB,
  eventAgeMs: 6 * HOUR_MS,
}

/** The limits that every script takes which ends invocations; see core/lua/finish.lua. */
export function limitArguments(limits: QueueLimits): number[] {
  const { keptBytes, keptStored, keptPerFunction, keptMs, deadPerFunction, deadMs } = limits
  return [keptBytes, keptStored, keptPerFunction, keptMs, deadPerFunction, deadMs]
}

/** The bounds that every script takes which makes invocations; see core/lua/accepting.lua. */
export function acceptBounds(limits: QueueLimits): number[] {
  const { eventAgeMs, waitingPerFunction, open, openBytes, openStored } = limits
  return [eventAgeMs, DEDUPE_MS, waitingPerFunction, open, openBytes, openStored, TURN_WAITS_MS]
}
