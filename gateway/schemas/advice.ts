import { type Static, Type } from 'typebox'
import { Qualifier } from '../../core/functions/qualifier.ts'
import { FunctionName } from '../../core/identifiers.ts'
import { FINDINGS } from '../advice/findings.ts'

const Count = Type.Integer({ minimum: 0 })
const MemoryMb = Type.Integer()

const SeenSize = Type.Object({
  memoryMb: MemoryMb,
  invocations: Count,
  coldStarts: Count,
  errors: Count,
  timeouts: Count,
  outOfMemory: Count,
  usedMemoryMb: Type.Optional(
    Type.Object(
      { p95: Type.Number(), p99: Type.Number(), max: Type.Number() },
      { description: 'Max Memory Used of the REPORT lines; absent where every sandbox has died' },
    ),
  ),
  durationMs: Type.Object({
    mean: Type.Number(),
    p50: Type.Number(),
    p95: Type.Number(),
    p99: Type.Number(),
    max: Type.Number(),
  }),
  gbSecondsPerInvocation: Type.Number({
    description: 'Each duration rounded up to a millisecond, as Lambda bills; init left out',
  }),
})

const Cost = Type.Object({
  memoryMb: MemoryMb,
  gbSeconds: Type.Number(),
  computeUsd: Type.Number(),
  requestsUsd: Type.Number(),
  totalUsd: Type.Number(),
})

export const AdviceAnswer = Type.Object({
  functionName: FunctionName,
  qualifier: Type.Optional(Qualifier),
  memoryMb: Type.Integer({ description: 'As it is configured' }),
  timeoutSeconds: Type.Integer({ description: 'As it is configured' }),
  seen: Type.Object({
    invocations: Count,
    since: Type.Optional(Type.String()),
    until: Type.Optional(Type.String()),
    errors: Count,
    coldStarts: Count,
    coldStartShare: Type.Number({ description: 'Of the invocations, 0 to 1' }),
    sizes: Type.Array(SeenSize, { description: 'By the memory that the function had, ascending' }),
  }),
  recommendation: Type.Optional(
    Type.Object(
      {
        memoryMb: MemoryMb,
        reason: Type.String(),
        cheapestMemoryMb: Type.Optional(
          Type.Integer({ description: 'Of several sizes that were seen: fewest GB-seconds' }),
        ),
        fastestMemoryMb: Type.Optional(
          Type.Integer({ description: 'Of several sizes that were seen: shortest mean duration' }),
        ),
      },
      { description: 'Absent where too few invocations were seen' },
    ),
  ),
  estimate: Type.Optional(
    Type.Object(
      {
        invocationsPerMonth: Type.Integer({ description: 'If all goes on as since `seen.since`' }),
        now: Cost,
        advised: Cost,
        note: Type.String(),
      },
      { description: 'What a month would cost on AWS Lambda, roughly' },
    ),
  ),
  findings: Type.Array(
    Type.Object({
      code: Type.Enum([...FINDINGS]),
      message: Type.String(),
      remedy: Type.String(),
    }),
  ),
})
export type AdviceAnswer = Static<typeof AdviceAnswer>
