import {
  type Histogram,
  histogramSamples,
  type MetricFamily,
} from '../../core/metrics/metric-family.ts'

const BOUNDS_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600]
const NAME = 'hearth_storage_webhook_lag_seconds'

/** How long after the change of an object its event has come, of each event that was news. */
export class WebhookLag {
  readonly #counts = BOUNDS_SECONDS.map(() => 0)
  #count = 0
  #sumSeconds = 0

  /** `eventTime` as the S3 server tells it; what is no time is left out, and a clock that is ahead counts as 0. */
  add(eventTime: string, nowMs: number): void {
    const seconds = Math.max(0, nowMs - Date.parse(eventTime)) / 1000
    if (Number.isNaN(seconds)) return
    this.#count += 1
    this.#sumSeconds += seconds
    for (const [at, bound] of BOUNDS_SECONDS.entries()) {
      if (seconds <= bound) this.#counts[at] = (this.#counts[at] ?? 0) + 1
    }
  }

  families(): MetricFamily[] {
    const histogram: Histogram = {
      upTo: BOUNDS_SECONDS.map((bound, at) => [bound, this.#counts[at] ?? 0]),
      sumSeconds: this.#sumSeconds,
      count: this.#count,
    }
    return [
      {
        name: NAME,
        help: 'How long after the change of an object its event has come, of events that were news',
        type: 'histogram',
        values: histogramSamples(NAME, {}, histogram),
      },
    ]
  }
}
