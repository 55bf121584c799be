import { type Static, Type } from 'typebox'
import { FunctionName } from '../../core/identifiers.ts'
import { Cursor, PageQuery } from './page.ts'
import { timeText } from './time.ts'

export const UsageQuery = Type.Object(
  {
    function: Type.Optional(FunctionName),
    from: Type.Optional(timeText('Its hour is the first one; by default a day before `to`')),
    to: Type.Optional(
      timeText('Its hour is the last one, unless it is its beginning; by default now'),
    ),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, description: 'Functions; default: 1000' }),
    ),
    cursor: PageQuery.cursor,
  },
  { additionalProperties: false },
)
export type UsageQuery = Static<typeof UsageQuery>

const Count = (description: string) => Type.Integer({ minimum: 0, description })

const Numbers = {
  invocations: Count('Those that ran, or failed as their function could not be loaded'),
  errors: Count('Of these, those that failed'),
  throttles: Count('Refused for want of room; each try of an asynchronous invocation counts'),
  coldStarts: Count('Invocations that a sandbox was made for'),
  durationMs: Type.Number({ description: 'Of all of them together, without init' }),
  gbSeconds: Type.Number({
    description:
      'Memory times billed duration: each one’s duration and, of on-demand cold starts, init, rounded up to a millisecond',
  }),
}

const Total = Type.Object({
  ...Numbers,
  lambdaUsd: Type.Number({
    description: 'What it would have cost on AWS Lambda, without free tier',
  }),
  lambdaRequestsUsd: Type.Number({ description: 'The requests’ part of it' }),
  lambdaComputeUsd: Type.Number({ description: 'The GB-seconds’ part of it' }),
  hostUsd: Type.Optional(
    Type.Number({
      description:
        'What these GB-seconds of this host’s memory cost; absent without HOST_USD_PER_GB_HOUR',
    }),
  ),
})
export type UsageTotal = Static<typeof Total>

export const UsageAnswer = Type.Object({
  from: Type.String({ description: 'Beginning of the first hour' }),
  to: Type.String({ description: 'End of the last hour' }),
  functions: Type.Array(
    Type.Object({
      functionName: Type.String({
        description:
          'It may be gone meanwhile; `*` stands for what more than 10,000 a day have used',
      }),
      hours: Type.Array(
        Type.Object({ hour: Type.String({ description: 'Its beginning' }), ...Numbers }),
        { description: 'Ascending; without those in which it was not called' },
      ),
      total: Total,
    }),
    { description: 'By name; without those that were not called' },
  ),
  prices: Type.Object({
    source: Type.String(),
    asOf: Type.String(),
    usdPerGbSecond: Type.Number(),
    usdPerMillionRequests: Type.Number(),
    hostUsdPerGbHour: Type.Optional(Type.Number()),
  }),
  cursor: Cursor,
})
export type UsageAnswer = Static<typeof UsageAnswer>
