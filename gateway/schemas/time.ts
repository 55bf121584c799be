import { Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'

const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/

/** A time in a query; see `timeOf`. */
export const timeText = (description: string) =>
  Type.String({
    maxLength: 40,
    description: `${description}: 2026-01-31, 2026-01-31T09:30:00Z (UTC where no zone is given), or milliseconds since 1970`,
  })

/** Milliseconds since 1970. `name` is the parameter that has it. Throws InvalidRequest where it is no time. */
export function timeOf(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  const [, clock, , , zone] = ISO.exec(text) ?? []
  const time = ISO.test(text) ? Date.parse(clock && !zone ? `${text}Z` : text) : Number.NaN
  if (!Number.isNaN(time)) return time
  throw new HearthError('InvalidRequest', {
    reason: `"${name}" is no time: "${text}"; give it as 2026-01-31T09:30:00Z or in milliseconds since 1970`,
  })
}
