import { randomBytes } from 'node:crypto'
import type { FunctionDefinition } from '../../core/functions/function.ts'
import type { InvokeAnswer, InvokeRequest } from '../../core/links/invoke-link.ts'
import { parseTraceparent, traceparentOf } from '../../core/trace-context.ts'
import { invocationSpans, newSpanId, type Span, type TracedEnd } from './span.ts'

/** Gives each invocation a span of its own, in its caller's trace or in a new one. */
export class Tracer {
  readonly #ended: (spans: Span[]) => void

  /** `ended` neither waits nor throws. */
  constructor(ended: (spans: Span[]) => void) {
    this.#ended = ended
  }

  /** Runs it with its own span as the parent of what the handler does; as it is where its caller records nothing. */
  async trace(
    definition: FunctionDefinition,
    request: InvokeRequest,
    run: (request: InvokeRequest) => Promise<InvokeAnswer>,
  ): Promise<InvokeAnswer> {
    const parent = parseTraceparent(request.traceparent)
    if (parent && !parent.isSampled) return run(request)
    const traceId = parent?.traceId ?? randomBytes(16).toString('hex')
    const spanId = newSpanId()
    const traced = { traceId, spanId, parentSpanId: parent?.spanId, startMs: now() }
    const tell = (end: TracedEnd) =>
      this.#ended(invocationSpans(traced, { definition, request }, end))
    try {
      const traceparent = traceparentOf({ traceId, spanId, isSampled: true })
      const answer = await run({ ...request, traceparent })
      tell({ endMs: now(), answer })
      return answer
    } catch (error) {
      tell({ endMs: now(), error: error as Error })
      throw error
    }
  }
}

function now(): number {
  return performance.timeOrigin + performance.now()
}
