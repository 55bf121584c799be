import { Flusher } from '../../core/flusher.ts'
import type { Logger } from '../../core/logs/logger.ts'
import type { MetricFamily } from '../../core/metrics/metric-family.ts'
import { waitAtMost } from '../deadline.ts'
import type { Attribute, Span } from './span.ts'

const FLUSH_MS = 1000
/** Spans that wait to be sent; more are dropped, and counted. */
const WAITING_MAX = 8192
/** Sent at once: about 300 KB. */
const BATCH = 512
const SEND_MS = 5000
const CLOSE_MS = 1500
const TOO_MANY_REQUESTS = 429
const SERVER_ERROR = 500

export interface OtlpExporterOptions {
  /** Of the collector; `/v1/traces` is added. */
  endpoint: string
  /** `name=value,…`, percent-encoded, as OpenTelemetry has it. */
  headers?: string | undefined
  serviceName: string
  nodeId: string
  /** How long spans wait for others, while they are too few for a batch. */
  flushMs?: number
  log: Logger
}

/**
 * Sends spans to a collector by OTLP over HTTP, as JSON, in batches, or within a second. One that cannot take them now gets
 * them again a second later; what it refuses, and what there is no room for, is dropped.
 */
export class OtlpExporter {
  readonly #options: OtlpExporterOptions
  readonly #headers: Record<string, string>
  readonly #waiting: Span[] = []
  readonly #counts = { exported: 0, dropped: 0 }
  readonly #flusher = new Flusher(() => this.#send())
  readonly #flushMs: number
  /** The collector has not taken the last batch: it gets time. */
  #isAway = false

  constructor(options: OtlpExporterOptions) {
    this.#options = options
    this.#flushMs = options.flushMs ?? FLUSH_MS
    this.#headers = { ...headersOf(options.headers), 'content-type': 'application/json' }
  }

  add(spans: readonly Span[]): void {
    if (this.#waiting.length + spans.length > WAITING_MAX) {
      this.#counts.dropped += spans.length
      return
    }
    this.#waiting.push(...spans)
    const isBatch = this.#waiting.length >= BATCH && !this.#isAway
    if (isBatch && !this.#flusher.isFlushing) void this.#flusher.now()
    else this.#flusher.later(this.#flushMs)
  }

  /** Sends what is left, unless the collector does not take it. */
  async close(): Promise<void> {
    this.#flusher.stop()
    await waitAtMost(CLOSE_MS, this.#flusher.now())
  }

  families(): MetricFamily[] {
    return [
      {
        name: 'hearth_trace_spans_total',
        help: 'Spans that a collector has taken (exported), or that were dropped',
        type: 'counter',
        values: Object.entries(this.#counts).map(([outcome, value]) => ({
          labels: { outcome },
          value,
        })),
      },
    ]
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH)
      const outcome = await this.#post(batch)
      this.#isAway = outcome === 'again'
      if (outcome === 'again') {
        this.#flusher.later(this.#flushMs)
        return
      }
      this.#waiting.splice(0, batch.length)
      this.#counts[outcome] += batch.length
    }
  }

  async #post(spans: Span[]): Promise<'exported' | 'dropped' | 'again'> {
    const { endpoint, log } = this.#options
    try {
      const response = await fetch(`${endpoint.replace(/\/+$/, '')}/v1/traces`, {
        method: 'POST',
        headers: this.#headers,
        body: JSON.stringify(this.#body(spans)),
        signal: AbortSignal.timeout(SEND_MS),
      })
      await response.body?.cancel()
      const { status, ok } = response
      if (ok) return 'exported'
      if (status === TOO_MANY_REQUESTS || status >= SERVER_ERROR) return 'again'
      log.warn({ status, endpoint }, 'The collector refuses traces; they are dropped')
      return 'dropped'
    } catch (err) {
      log.debug({ err, endpoint }, 'Traces could not be sent; they wait')
      return 'again'
    }
  }

  #body(spans: Span[]): object {
    const { serviceName, nodeId } = this.#options
    const attributes: Attribute[] = [
      { key: 'service.name', value: { stringValue: serviceName } },
      { key: 'service.instance.id', value: { stringValue: nodeId } },
    ]
    return {
      resourceSpans: [
        { resource: { attributes }, scopeSpans: [{ scope: { name: 'hearth' }, spans }] },
      ],
    }
  }
}

function headersOf(text = ''): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.split('='))
  return Object.fromEntries(
    pairs.flatMap(([name = '', ...value]) =>
      name.trim() === '' ? [] : [[name.trim().toLowerCase(), decoded(value.join('=').trim())]],
    ),
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // Not encoded at all: it is meant as it stands.
    return text
  }
}
