import type { Advice, CostEstimate } from '../advice/advise.ts'
import { adviseFunction, type FunctionAdvice } from '../advice/function-advice.ts'
import type { MonthlyCost } from '../advice/lambda-price.ts'
import type { SizeStatistics } from '../advice/size-statistics.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { AdviceAnswer } from '../schemas/advice.ts'
import { FunctionParams, QualifierQuery } from '../schemas/function.ts'

const NOTE =
  'An estimate: Lambda’s prices on x86 in us-east-1, free tier, init and provisioned concurrency not counted, ' +
  'durations as they were here; of a size that was not seen, as they were in the nearest one that was.'

/** How much memory and time a function should have, by what was seen of it. */
export function adviceRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.get(
    '/functions/:name/advice',
    {
      schema: {
        tags: ['Functions'],
        summary:
          'Read what memory and timeout a function should have, and what it would cost on Lambda',
        description:
          'By its invocations of the last 14 to 28 days, of all versions or of one; the last seconds are not ' +
          'counted yet. With fewer than 100 of one memory size there is no recommendation.',
        params: FunctionParams,
        querystring: QualifierQuery,
        response: { 200: AdviceAnswer },
      },
      config: { errors: ['FunctionNotFound'] },
    },
    async ({ params: { name }, query: { qualifier } }) => {
      const advice = await adviseFunction(parts, { functionName: name, qualifier })
      return { ...answer(advice), ...(qualifier !== undefined && { qualifier }) }
    },
  )
}

function answer(advice: FunctionAdvice): AdviceAnswer {
  const { definition, memory, estimate, findings } = advice
  return {
    functionName: definition.name,
    memoryMb: definition.memoryMb,
    timeoutSeconds: definition.timeoutSeconds,
    seen: seenOf(advice),
    ...(memory && {
      recommendation: {
        memoryMb: memory.memoryMb,
        reason: memory.reason,
        ...memory.comparison,
      },
    }),
    ...(estimate && { estimate: { ...roundedEstimate(estimate), note: NOTE } }),
    findings,
  }
}

function seenOf(advice: Advice): AdviceAnswer['seen'] {
  const { invocations, since, until, errors, coldStarts, coldStartShare, sizes } = advice
  return {
    invocations,
    ...(since && { since: since.toISOString() }),
    ...(until && { until: until.toISOString() }),
    errors,
    coldStarts,
    coldStartShare: rounded(coldStartShare),
    sizes: sizes.map(roundedSize),
  }
}

function roundedSize(size: SizeStatistics): AdviceAnswer['seen']['sizes'][number] {
  const { billedMsPerInvocation: _billed, durationMs, gbSecondsPerInvocation, ...rest } = size
  const { mean, p50, p95, p99, max } = durationMs
  return {
    ...rest,
    durationMs: {
      mean: rounded(mean),
      p50: rounded(p50),
      p95: rounded(p95),
      p99: rounded(p99),
      max: rounded(max),
    },
    gbSecondsPerInvocation: rounded(gbSecondsPerInvocation),
  }
}

function roundedEstimate({ invocationsPerMonth, now, advised }: CostEstimate) {
  return { invocationsPerMonth, now: roundedCost(now), advised: roundedCost(advised) }
}

function roundedCost({ memoryMb, ...cost }: MonthlyCost): MonthlyCost {
  const { gbSeconds, computeUsd, requestsUsd, totalUsd } = cost
  return {
    memoryMb,
    gbSeconds: rounded(gbSeconds),
    computeUsd: rounded(computeUsd),
    requestsUsd: rounded(requestsUsd),
    totalUsd: rounded(totalUsd),
  }
}

/** To four digits: it was measured, or is a guess. */
function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
