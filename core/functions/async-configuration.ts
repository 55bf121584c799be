import { type Static, Type } from 'typebox'
import { Destination } from '../invocations/destination.ts'
import type { RetryPolicy } from '../invocations/retry.ts'

/** Lambda's limits: https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html */
export const AsyncConfiguration = Type.Object(
  {
    maximumRetryAttempts: Type.Integer({
      minimum: 0,
      maximum: 2,
      default: 2,
      description: 'Tries after the first one that ended with an error of the function',
    }),
    maximumEventAgeSeconds: Type.Integer({
      minimum: 60,
      maximum: 21_600,
      default: 21_600,
      description: 'An event that is older is not tried (again), and ends as `expired`',
    }),
    onSuccess: Type.Optional(Destination),
    onFailure: Type.Optional(Destination),
  },
  { additionalProperties: false },
)
export type AsyncConfiguration = Static<typeof AsyncConfiguration>

/** What holds for a function that has none of its own. */
export const DEFAULT_ASYNC_CONFIGURATION: AsyncConfiguration = {
  maximumRetryAttempts: 2,
  maximumEventAgeSeconds: 21_600,
}

/** The platform's policy with what the function wants otherwise. */
export function policyOf(policy: RetryPolicy, own: AsyncConfiguration | undefined): RetryPolicy {
  if (!own) return policy
  const { maximumRetryAttempts, maximumEventAgeSeconds } = own
  return { ...policy, maximumRetryAttempts, maximumEventAgeMs: maximumEventAgeSeconds * 1000 }
}
