import { HOUR_MS, Usage } from '../../core/usage/usage.ts'
import {
  type FunctionUsage,
  USAGE_KEPT_DAYS,
  type UsagePage,
  type UsageRange,
} from '../../core/usage/usage-store.ts'
import { LAMBDA_PRICE, lambdaCost } from '../advice/lambda-price.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { UsageAnswer, UsageQuery, type UsageTotal } from '../schemas/usage.ts'
import { usageRange } from '../usage-range.ts'

const FUNCTIONS = 1000
/** About 4 MB; a page of many functions over many days has fewer functions than its limit. */
const HOURS_MAX = 20_000

/** What functions have used, and what that would have cost. */
export function usageRoutes(app: GatewayApp, parts: GatewayParts): void {
  const hostUsdPerGbHour = parts.settings.HOST_USD_PER_GB_HOUR
  app.get(
    '/usage',
    {
      schema: {
        tags: ['Functions'],
        summary: 'Read what functions have used, by the hour, and what it would have cost',
        description:
          'Exact to the invocation, but for the last seconds. Functions that were deleted are in it. ' +
          `Kept for ${USAGE_KEPT_DAYS} days; at most 31 of them at once. A page ends early where its hours grow too many.`,
        querystring: UsageQuery,
        response: { 200: UsageAnswer },
      },
    },
    async ({ query }) => {
      const range = usageRange(query, Date.now())
      const { functions, cursor } = await pageOf(parts, query, range)
      return {
        from: timeOf(range.fromHour),
        to: timeOf(range.toHour),
        functions: functions.map((one) => answerOf(one, hostUsdPerGbHour)),
        prices: { ...LAMBDA_PRICE, ...(hostUsdPerGbHour !== undefined && { hostUsdPerGbHour }) },
        ...(cursor !== undefined && { cursor }),
      }
    },
  )
}

async function pageOf(
  { usage }: GatewayParts,
  { function: name, limit = FUNCTIONS, cursor: after }: UsageQuery,
  range: UsageRange,
): Promise<UsagePage> {
  if (name === undefined) return usage.list(range, { limit, after, hoursMax: HOURS_MAX })
  const found = await usage.readFunction(name, range)
  return { functions: found.hours.length > 0 ? [found] : [] }
}

function answerOf(
  { functionName, hours }: FunctionUsage,
  hostUsdPerGbHour: number | undefined,
): UsageAnswer['functions'][number] {
  const total = new Usage()
  for (const { usage } of hours) total.merge(usage)
  return {
    functionName,
    hours: hours.map(({ hour, usage }) => ({ hour: timeOf(hour), ...numbersOf(usage) })),
    total: totalOf(total, hostUsdPerGbHour),
  }
}

function totalOf(usage: Usage, hostUsdPerGbHour: number | undefined): UsageTotal {
  const { requestsUsd, computeUsd, totalUsd } = lambdaCost(usage.invocations, usage.gbSeconds)
  return {
    ...numbersOf(usage),
    lambdaUsd: totalUsd,
    lambdaRequestsUsd: requestsUsd,
    lambdaComputeUsd: computeUsd,
    ...(hostUsdPerGbHour !== undefined && {
      hostUsd: (usage.gbSeconds / 3600) * hostUsdPerGbHour,
    }),
  }
}

function numbersOf(usage: Usage) {
  const { invocations, errors, throttles, coldStarts, durationUs, gbSeconds } = usage
  return { invocations, errors, throttles, coldStarts, durationMs: durationUs / 1000, gbSeconds }
}

function timeOf(hour: number): string {
  return new Date(hour * HOUR_MS).toISOString()
}
