import type { Attempt } from './invocation.ts'

/** What decides whether and when a failed asynchronous invocation is tried again. */
export interface RetryPolicy {
  /** Retries after errors of the function. */
  maximumRetryAttempts: number
  /** An event that is older is not tried again. */
  maximumEventAgeMs: number
  /** Wait before the first retry after a function's error; the second waits twice as long. */
  retryDelayMs: number
  /** Wait after the first platform fault or throttle; doubles each time, up to `faultDelayMaxMs`. */
  faultDelayMs: number
  faultDelayMaxMs: number
}

/**
 * Lambda's figures.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export const RETRY_POLICY: RetryPolicy = {
  maximumRetryAttempts: 2,
  maximumEventAgeMs: 6 * 60 * 60 * 1000,
  retryDelayMs: 60_000,
  faultDelayMs: 1000,
  faultDelayMaxMs: 5 * 60_000,
}

/** An invocation as it stood when the attempt began, and how the attempt ended. */
export interface EndedAttempt {
  outcome: NonNullable<Attempt['outcome']>
  /** Before this attempt. */
  functionErrors: number
  /** Before this attempt; throttles and lost claims are counted here. */
  platformFaults: number
  /** Of the event, now. */
  ageMs: number
}

export type RetryDecision =
  | { state: 'queued'; delayMs: number }
  | { state: 'succeeded' | 'failed' | 'expired' }

/**
 * Decides what follows an attempt. The function's own errors use up its retries; faults of the
 * platform, throttles and lost claims never do, and are tried again until the event is too old.
 */
export function decideRetry(attempt: EndedAttempt, policy: RetryPolicy): RetryDecision {
  if (attempt.outcome === 'succeeded') return { state: 'succeeded' }
  if (attempt.outcome === 'refused') return { state: 'failed' }
  if (
    attempt.outcome === 'functionError' &&
    attempt.functionErrors >= policy.maximumRetryAttempts
  ) {
    return { state: 'failed' }
  }
  const delayMs = retryDelayMs(attempt, policy)
  if (attempt.ageMs + delayMs >= policy.maximumEventAgeMs) return { state: 'expired' }
  return { state: 'queued', delayMs }
}

function retryDelayMs(attempt: EndedAttempt, policy: RetryPolicy): number {
  const { outcome, functionErrors, platformFaults } = attempt
  if (outcome === 'functionError') return policy.retryDelayMs * (functionErrors + 1)
  // The first loss is most likely a restart, and the event has waited for its lease already.
  if (outcome === 'lost' && platformFaults === 0) return 0
  return Math.min(policy.faultDelayMs * 2 ** Math.min(platformFaults, 30), policy.faultDelayMaxMs)
}
