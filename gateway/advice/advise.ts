import type { StoredSeries } from '../../core/invocations/statistics-store.ts'
import { type Finding, findingsOf, type ProvisionedUse } from './findings.ts'
import { type MonthlyCost, monthlyCost, perMonth } from './lambda-price.ts'
import { adviseMemory, INVOCATIONS_MIN, type MemoryAdvice } from './memory-advice.ts'
import { bySize, gbSeconds, type SizeStatistics, total } from './size-statistics.ts'

export interface AdviceFacts {
  now: Date
  /** As the function is configured now. */
  memoryMb: number
  timeoutSeconds: number
  series: readonly StoredSeries[]
  provisioned: readonly ProvisionedUse[]
}

export interface CostEstimate {
  invocationsPerMonth: number
  now: MonthlyCost
  advised: MonthlyCost
}

export interface Advice {
  invocations: number
  /** Absent where nothing was seen. */
  since?: Date
  until?: Date
  coldStarts: number
  coldStartShare: number
  errors: number
  sizes: SizeStatistics[]
  /** Absent where too little was seen. */
  memory?: MemoryAdvice
  estimate?: CostEstimate
  findings: Finding[]
}

/** What is to be said of a function, from what was seen of it and its configuration alone. */
export function advise(facts: AdviceFacts): Advice {
  const { series, memoryMb } = facts
  const sizes = bySize(series)
  const invocations = total(sizes, 'invocations')
  const coldStarts = total(sizes, 'coldStarts')
  const memory = adviseMemory(sizes)
  const times = series.flatMap(({ since, until }) => [since.getTime(), until.getTime()])
  const since = new Date(Math.min(...times))
  const month = perMonth(invocations, facts.now.getTime() - since.getTime())
  return {
    invocations,
    ...(invocations > 0 && { since, until: new Date(Math.max(...times)) }),
    coldStarts,
    coldStartShare: invocations > 0 ? coldStarts / invocations : 0,
    errors: total(sizes, 'errors'),
    sizes,
    ...(memory && {
      memory,
      estimate: {
        invocationsPerMonth: month,
        now: monthlyCost(memoryMb, month, gbSecondsWith(memoryMb, sizes)),
        advised: monthlyCost(memory.memoryMb, month, gbSecondsWith(memory.memoryMb, sizes)),
      },
    }),
    findings: findingsOf({ ...facts, sizes, advice: memory }),
  }
}

/** As it was seen; of a size that was not, as if durations stayed what they are in the next larger one. */
function gbSecondsWith(memoryMb: number, sizes: readonly SizeStatistics[]): number {
  const known = sizes.filter((size) => size.invocations >= INVOCATIONS_MIN)
  const nearest = known.find((size) => size.memoryMb >= memoryMb) ?? known.at(-1)
  return gbSeconds(memoryMb, nearest?.billedMsPerInvocation ?? 0)
}
