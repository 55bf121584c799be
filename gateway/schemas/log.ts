import { type Static, Type } from 'typebox'
import { LOG_LEVELS, type LogLevel } from '../../core/logs/line-structure.ts'
import type { LogFilter } from '../../core/logs/log-filter.ts'
import { InvocationParams } from './invocation.ts'
import { timeOf, timeText } from './time.ts'

/** Which lines of a log are wanted. */
export const LogLineQuery = {
  invocation: Type.Optional(InvocationParams.properties.id),
  level: Type.Optional(
    Type.Unsafe<LogLevel | Lowercase<LogLevel>>({
      type: 'string',
      enum: [...LOG_LEVELS, ...LOG_LEVELS.map((level) => level.toLowerCase())],
      description: 'Only lines at least as grave; those that say nothing count as INFO',
    }),
  ),
  search: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'Only lines with this text, whatever its case',
    }),
  ),
}

/** The same, with the time that they are of. */
export const LogFilterQuery = Type.Object({
  ...LogLineQuery,
  from: Type.Optional(timeText('Lines of then or later')),
  to: Type.Optional(timeText('Lines of then or before')),
})

/** Throws InvalidRequest where a time is none. */
export function logFilterOf(query: Static<typeof LogFilterQuery>): LogFilter {
  const { invocation, level, search, from, to } = query
  return {
    invocationId: invocation,
    level: level?.toUpperCase() as LogLevel | undefined,
    search,
    fromMs: from === undefined ? undefined : timeOf('from', from),
    toMs: to === undefined ? undefined : timeOf('to', to),
  }
}
