/**
 * What Lambda asks on x86 in us-east-1, in US dollars, for the first 6 billion GB-seconds of a month;
 * the free tier is not counted.
 */
export const LAMBDA_PRICE = {
  source: 'https://aws.amazon.com/lambda/pricing/',
  /** The day from which it is so: since then the init of cold starts is billed. */
  asOf: '2025-08-01',
  usdPerGbSecond: 0.0000166667,
  usdPerMillionRequests: 0.2,
} as const

/** A mean month, as AWS's own calculator has it. */
const MONTH_HOURS = 730
const HOUR_MS = 3600_000

export interface MonthlyCost extends LambdaCost {
  memoryMb: number
  gbSeconds: number
}

export interface LambdaCost {
  computeUsd: number
  requestsUsd: number
  totalUsd: number
}

export function lambdaCost(invocations: number, gbSeconds: number): LambdaCost {
  const computeUsd = gbSeconds * LAMBDA_PRICE.usdPerGbSecond
  const requestsUsd = (invocations / 1_000_000) * LAMBDA_PRICE.usdPerMillionRequests
  return { computeUsd, requestsUsd, totalUsd: computeUsd + requestsUsd }
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
  return { memoryMb, gbSeconds, ...lambdaCost(invocations, gbSeconds) }
}
