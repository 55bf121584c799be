import { type Static, Type } from 'typebox'
import { DAY_MS, type LogLimits } from '../../core/logs/log-limits.ts'
import { LogLine, lineOf } from '../../core/logs/log-line.ts'
import { positionText } from '../../core/logs/log-position.ts'
import type { LogState } from '../../core/logs/log-reading.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { FunctionParams } from '../schemas/function.ts'
import { LogFilterQuery, logFilterOf } from '../schemas/log.ts'

const LIMIT = 100

const LogQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Default: 100' })),
    ...LogFilterQuery.properties,
  },
  { additionalProperties: false },
)

const Kept = Type.Object({
  lines: Type.Integer(),
  bytes: Type.Integer(),
  linesMax: Type.Integer(),
  bytesMax: Type.Integer(),
  days: Type.Number(),
  droppedLines: Type.Integer({ description: 'Lines that were written and are not here any more' }),
  droppedUntil: Type.Optional(Type.String({ description: 'The newest of them was kept then' })),
})

const LogAnswer = Type.Object({
  lines: Type.Array(LogLine),
  kept: Type.Unsafe<Static<typeof Kept>>({
    ...Kept,
    description: 'How much of this log there is, and may be',
  }),
  after: Type.String({
    description: 'Where /logs/live goes on without a gap: its `after`',
  }),
})

/** The last lines that a function wrote. */
export function logRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.get(
    '/functions/:name/logs',
    {
      schema: {
        tags: ['Functions'],
        summary: 'Read the last lines of the log of a function, oldest first',
        params: FunctionParams,
        querystring: LogQuery,
        response: { 200: LogAnswer },
      },
      config: { errors: ['FunctionNotFound'] },
    },
    async ({ params: { name }, query: { limit = LIMIT, ...query } }) => {
      const filter = logFilterOf(query)
      await parts.functions.read(name)
      const { lines, state } = await parts.logs.read(name, { limit, ...filter })
      return {
        lines: lines.map(lineOf),
        kept: keptOf(state, parts.logs.limits),
        after: positionText(state.end),
      }
    },
  )
}

function keptOf(state: LogState, limits: LogLimits): Static<typeof Kept> {
  const { lines, bytes, dropped, droppedUntilMs, retentionMs = limits.ageMs } = state
  return {
    lines: Math.min(lines, limits.lines),
    bytes,
    linesMax: limits.lines,
    bytesMax: limits.bytes,
    days: retentionMs / DAY_MS,
    droppedLines: dropped,
    ...(droppedUntilMs !== undefined && { droppedUntil: new Date(droppedUntilMs).toISOString() }),
  }
}
