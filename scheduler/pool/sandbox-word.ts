import type { FunctionError } from '../../core/protocol.ts'

/*
 * What a sandbox sends is a function's word for it: code of the function can write to the link as
 * well as the runtime can. Only the shape of it is believed.
 */

const TEXT_LENGTH_MAX = 256 * 1024
const TYPE_LENGTH_MAX = 1000
const TRACE_LINES_MAX = 1000
const CONTENT_TYPE = /^[\x20-\x7e]{1,256}$/

export function asNumber(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0
}

/** It becomes a header. */
export function asContentType(value: unknown): string | undefined {
  if (value === undefined) return undefined
  return typeof value === 'string' && CONTENT_TYPE.test(value) ? value : 'application/octet-stream'
}

export function asFunctionError(value: unknown): FunctionError {
  const { errorType, errorMessage, trace } = (value ?? {}) as Partial<Record<string, unknown>>
  const type = asText(errorType, 'Error').slice(0, TYPE_LENGTH_MAX)
  const error = { errorType: type, errorMessage: asText(errorMessage, '') }
  if (!Array.isArray(trace)) return error
  return { ...error, trace: trace.slice(0, TRACE_LINES_MAX).map((line) => asText(line, '')) }
}

function asText(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value.slice(0, TEXT_LENGTH_MAX) : otherwise
}
