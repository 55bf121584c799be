import { type Static, Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'
import { LOG_LEVELS, type LogLevel } from '../../core/logs/line-structure.ts'
import type { LogFilter } from '../../core/logs/log-filter.ts'
import { InvocationParams } from './invocation.ts'

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

export const LogTime = Type.String({
  maxLength: 40,
  description: 'A time: ISO 8601, or milliseconds since 1970',
})

const LogFilterQuery = Type.Object({
  ...LogLineQuery,
  from: Type.Optional(LogTime),
  to: Type.Optional(LogTime),
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

function timeOf(name: string, text: string): number {
  const time = /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text)
  if (Number.isFinite(time)) return time
  throw new HearthError('InvalidRequest', {
    reason: `${name} must be a time, as 2026-01-31T09:30:00Z or milliseconds since 1970`,
  })
}
