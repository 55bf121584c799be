/** When each request of an open loop is due: evenly, whatever became of the ones before. */
export interface Schedule {
  /** On the clock of `performance.now()`. */
  startsAt: number
  perSecond: number
  requests: number
  /** Requests of the beginning that are sent, but not counted. */
  uncounted: number
}

export interface Pace {
  perSecond: number
  seconds: number
  warmUpSeconds: number
}

export function schedule(startsAt: number, { perSecond, seconds, warmUpSeconds }: Pace): Schedule {
  const uncounted = Math.round(perSecond * warmUpSeconds)
  return { startsAt, perSecond, requests: uncounted + Math.round(perSecond * seconds), uncounted }
}

export function dueAt({ startsAt, perSecond }: Schedule, request: number): number {
  return startsAt + (request * 1000) / perSecond
}

/** How many requests should have been sent by now. */
export function dueBy({ startsAt, perSecond, requests }: Schedule, now: number): number {
  if (now < startsAt) return 0
  return Math.min(requests, Math.floor(((now - startsAt) * perSecond) / 1000) + 1)
}
