/** A place in a trace, by W3C's Trace Context: https://www.w3.org/TR/trace-context/ */
export interface TraceContext {
  /** 32 hexadecimal digits, and 16. */
  traceId: string
  spanId: string
  /** Whether the caller records its part of the trace. */
  isSampled: boolean
}

/** Of a version that is yet to come, what it has in common with this one counts. */
const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/
const LENGTH = 55
const SAMPLED = 1

/** Undefined where there is none, or one that is to be ignored. */
export function parseTraceparent(text: string | undefined): TraceContext | undefined {
  if (text === undefined) return undefined
  const [, traceId, spanId, flags = ''] = TRACEPARENT.exec(text) ?? []
  if (traceId === undefined || spanId === undefined) return undefined
  if (text.startsWith('00') && text.length !== LENGTH) return undefined
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED }
}

export function traceparentOf({ traceId, spanId, isSampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`
}

/** The field of a request or a cause, out of a header; a header that is no such context counts as absent. */
export function traceField(header: string | string[] | undefined): { traceparent?: string } {
  if (typeof header !== 'string') return {}
  const context = parseTraceparent(header)
  return context ? { traceparent: traceparentOf(context) } : {}
}
