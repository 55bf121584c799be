/**
 * What Lambda asks on x86 in us-east-1, in US dollars, for the first 6 billion GB-seconds of a month;
 * the free tier is not counted: https://aws.amazon.com/lambda/pricing/
 */
const USD_PER_GB_SECOND = 0.0000166667
const USD_PER_MILLION_REQUESTS = 0.2

/** A mean month, as AWS's own calculator has it. */
const MONTH_HOURS = 730
const HOUR_MS = 3600_000

export interface MonthlyCost {
  memoryMb: number
  gbSeconds: number
  computeUsd: number
  requestsUsd: number
  totalUsd: number
}

/** Invocations a month, if all went on as in that time; less than an hour counts as one. */
export function perMonth(invocations: number, durationMs: number): number {
  return Math.round((invocations / Math.max(durationMs, HOUR_MS)) * MONTH_HOURS * HOUR_MS)
}

export function monthlyCost(
  memoryMb: number,
  invocations: number,
  gbSecondsPerInvocation: number,
): MonthlyCost {
  const gbSeconds = invocations * gbSecondsPerInvocation
  const computeUsd = gbSeconds * USD_PER_GB_SECOND
  const requestsUsd = (invocations / 1_000_000) * USD_PER_MILLION_REQUESTS
  return { memoryMb, gbSeconds, computeUsd, requestsUsd, totalUsd: computeUsd + requestsUsd }
}
