import type { FunctionUsage, Invocation, Timings, Usage } from './types.ts'

/** Values by time, as a chart takes them: the same length each, `null` where nothing was. */
export interface Series {
  /** Epoch seconds at which each step begins. */
  times: number[]
  values: (number | null)[][]
}

const PLACES = ['queueMs', 'acquireMs', 'codeMs', 'initMs', 'handlerMs', 'responseMs'] as const

/** Whole milliseconds of one invocation; of several attempts, of the last that a sandbox has answered. */
export function timingsOf({ timings, attempts = [] }: Invocation): Timings | undefined {
  return timings ?? attempts.findLast((attempt) => attempt.timings)?.timings
}

export function durationOf(invocation: Invocation): number | undefined {
  if (invocation.durationMs !== undefined) return invocation.durationMs
  return timingsOf(invocation)?.handlerMs
}

/** Where its time went, place by place. */
export function placesOf(timings: Timings): { name: string; ms: number }[] {
  return PLACES.map((place) => ({ name: place.slice(0, -2), ms: timings[place] }))
}

/** The value that `share` of them do not pass, by nearest rank; undefined of none. */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}

/** p50, p95 and p99 of what was seen in each of `steps` equal spans between the two times. */
export function percentilesOverTime(
  invocations: readonly Invocation[],
  span: { fromMs: number; toMs: number; steps: number },
): Series {
  const { fromMs, toMs, steps } = span
  const stepMs = (toMs - fromMs) / steps
  const buckets = Array.from({ length: steps }, (): number[] => [])
  for (const invocation of invocations) {
    const ms = durationOf(invocation)
    const step = Math.floor((Date.parse(invocation.createdAt) - fromMs) / stepMs)
    if (ms !== undefined) buckets[step]?.push(ms)
  }
  return {
    times: buckets.map((_, step) => (fromMs + step * stepMs) / 1000),
    values: [0.5, 0.95, 0.99].map((share) =>
      buckets.map((bucket) => percentile(bucket, share) ?? null),
    ),
  }
}

/** How many ran at once, at most, in each span; what began before it and still runs is among them. */
export function concurrencyOverTime(
  invocations: readonly Invocation[],
  span: { fromMs: number; toMs: number; steps: number },
): Series {
  const { fromMs, toMs, steps } = span
  const stepMs = (toMs - fromMs) / steps
  const starts = Array.from({ length: steps }, (_, step) => fromMs + step * stepMs)
  const changes = invocations.flatMap(changesOf).sort((a, b) => a.ms - b.ms || a.by - b.by)
  let running = 0
  let next = 0
  const runUntil = (isOver: (change: Change) => boolean) => {
    let most = running
    for (let change = changes[next]; change && !isOver(change); change = changes[next]) {
      running += change.by
      most = Math.max(most, running)
      next += 1
    }
    return most
  }
  const most = starts.map((startMs) => {
    runUntil(({ ms, by }) => ms > startMs || (ms === startMs && by > 0))
    return runUntil(({ ms }) => ms >= startMs + stepMs)
  })
  return { times: starts.map((ms) => ms / 1000), values: [most] }
}

interface Change {
  ms: number
  by: 1 | -1
}

function changesOf(invocation: Invocation): Change[] {
  const ends = Date.parse(invocation.endedAt ?? '')
  const ms = durationOf(invocation)
  if (Number.isNaN(ends) || ms === undefined) return []
  return [
    { ms: ends - ms, by: 1 },
    { ms: ends, by: -1 },
  ]
}

/** As the total is reckoned, so that the bars add up to it. */
export function lambdaUsdOf(
  { gbSeconds, invocations }: Pick<FunctionUsage['hours'][number], 'gbSeconds' | 'invocations'>,
  {
    usdPerGbSecond,
    usdPerMillionRequests,
  }: Pick<Usage['prices'], 'usdPerGbSecond' | 'usdPerMillionRequests'>,
): number {
  return gbSeconds * usdPerGbSecond + (invocations * usdPerMillionRequests) / 1e6
}
