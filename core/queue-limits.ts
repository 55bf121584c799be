/** Upper bounds of what asynchronous invocations may take in Redis; see docs/configuration.md. */
export interface QueueLimits {
  /** Events of one function that wait. */
  waitingPerFunction: number
  /** Events in all that are not final. */
  open: number
  /** Bytes of these events. */
  openBytes: number
  /** Final invocations of one function that can be looked up. */
  keptPerFunction: number
  /** For how long they can. */
  keptMs: number
  /** Bytes of all final records. */
  keptBytes: number
  /** An event that is older is not tried again. */
  eventAgeMs: number
}

const HOUR_MS = 60 * 60 * 1000
const MB = 1024 * 1024

export const QUEUE_LIMITS: QueueLimits = {
  waitingPerFunction: 100_000,
  open: 500_000,
  openBytes: 512 * MB,
  keptPerFunction: 10_000,
  keptMs: 24 * HOUR_MS,
  keptBytes: 256 * MB,
  eventAgeMs: 6 * HOUR_MS,
}

/** The three limits that every script takes which ends invocations. */
export function limitArguments(limits: QueueLimits): [number, number, number] {
  return [limits.keptPerFunction, limits.keptMs, limits.keptBytes]
}
