import type { EndedInvocation } from './invocation-tally.ts'

/**
 * Milliseconds that Lambda would bill: the duration, and since August 2025 the init of every on-demand
 * cold start with it, together rounded up; what a sandbox that was kept ready took to load is none of its
 * invocations'. https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase/
 */
export function billedMs({ durationMs, initMs, isProvisioned }: EndedInvocation): number {
  return Math.ceil(durationMs + (isProvisioned ? 0 : (initMs ?? 0)))
}
