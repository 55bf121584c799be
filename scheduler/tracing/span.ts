import { randomBytes } from 'node:crypto'
import type { FunctionDefinition } from '../../core/functions/function.ts'
import { PLACES, type Timings } from '../../core/invocations/timings.ts'
import type { InvokeAnswer, InvokeRequest } from '../../core/links/invoke-link.ts'

/** One span as OTLP has it in JSON; times in nanoseconds since 1970. */
export interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  /** 1: internal, 2: serves a request, 5: takes a message. */
  kind: 1 | 2 | 5
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Attribute[]
  status?: { code: 2; message: string }
}

export interface Attribute {
  key: string
  value: { stringValue: string } | { boolValue: boolean } | { intValue: string }
}

/** An invocation that runs; times in milliseconds since 1970, with fractions. */
export interface Traced {
  traceId: string
  spanId: string
  parentSpanId: string | undefined
  startMs: number
}

/** How it ended: with an answer, or refused. */
export type TracedEnd = { endMs: number } & ({ answer: InvokeAnswer } | { error: Error })

/** The span of an invocation, and one for each place where its time went. */
export function invocationSpans(
  traced: Traced,
  of: { definition: FunctionDefinition; request: InvokeRequest },
  end: TracedEnd,
): Span[] {
  const { traceId, spanId, parentSpanId, startMs } = traced
  const { name } = of.definition
  const whole: Span = {
    traceId,
    spanId,
    ...(parentSpanId !== undefined && { parentSpanId }),
    name,
    kind: of.request.patient ? 5 : 2,
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(end.endMs),
    attributes: attributesOf(of, end),
    ...statusOf(end),
  }
  return 'answer' in end ? [whole, ...placesOf(traced, end.answer.timings)] : [whole]
}

export function newSpanId(): string {
  return randomBytes(8).toString('hex')
}

function placesOf({ traceId, spanId, startMs }: Traced, timings: Timings): Span[] {
  const spans: Span[] = []
  let from = startMs
  for (const place of PLACES) {
    const to = from + timings[place]
    if (timings[place] > 0) {
      spans.push({
        traceId,
        spanId: newSpanId(),
        parentSpanId: spanId,
        name: place.replace('Ms', ''),
        kind: 1,
        startTimeUnixNano: nanoseconds(from),
        endTimeUnixNano: nanoseconds(to),
        attributes: [],
      })
    }
    from = to
  }
  return spans
}

/** By OpenTelemetry's names, where it has one. */
function attributesOf(
  { definition, request }: { definition: FunctionDefinition; request: InvokeRequest },
  end: TracedEnd,
): Attribute[] {
  const attributes: Attribute[] = [
    text('faas.name', definition.name),
    text('faas.version', definition.version),
    text('faas.invocation_id', request.id),
    { key: 'faas.max_memory', value: { intValue: String(definition.memoryMb * 1024 * 1024) } },
  ]
  if (!('answer' in end)) return [...attributes, text('error.type', end.error.name)]
  const { timings, functionError } = end.answer
  const { start, why } = timings
  const isCold = start === 'generic' || start === 'new'
  attributes.push({ key: 'faas.coldstart', value: { boolValue: isCold } })
  attributes.push(text('hearth.start', start))
  if (why !== undefined) attributes.push(text('hearth.start.why', why))
  if (functionError) attributes.push(text('error.type', functionError.errorType))
  return attributes
}

/** What a function says of its failure may hold anything, and stays here. */
function statusOf(end: TracedEnd): Pick<Span, 'status'> {
  if (!('answer' in end)) return { status: { code: 2, message: end.error.message } }
  const { functionError, timedOut } = end.answer
  if (!functionError) return {}
  return { status: { code: 2, message: timedOut ? 'Function timed out' : 'Function failed' } }
}

function text(key: string, stringValue: string): Attribute {
  return { key, value: { stringValue } }
}

function nanoseconds(ms: number): string {
  return String(BigInt(Math.round(ms * 1000)) * 1000n)
}
