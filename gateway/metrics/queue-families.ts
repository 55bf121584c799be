import type { QueueDepth } from '../../core/invocations/queue-store.ts'
import { type MetricFamily, single } from '../../core/metrics/metric-family.ts'

/** Metrics of what waits in Redis; without any of it where Redis does not answer. */
export function queueFamilies(depth: QueueDepth | undefined): MetricFamily[] {
  const gauge = (name: string, help: string) => ({ name, help, type: 'gauge' as const })
  const up = single(gauge('hearth_redis_up', 'Whether Redis answers'), depth ? 1 : 0)
  if (!depth) return [up]
  const { ready, later, claimed, oldestAgeMs = 0, outbox, deadLetters } = depth
  return [
    up,
    {
      ...gauge(
        'hearth_queue_events',
        'Asynchronous invocations: those that could run (ready), wait for their next attempt (later), or run (claimed)',
      ),
      values: Object.entries({ ready, later, claimed }).map(([state, value]) => ({
        labels: { state },
        value,
      })),
    },
    single(
      gauge(
        'hearth_queue_oldest_seconds',
        'Age of the oldest event that is next in line for its function; 0 where none waits',
      ),
      oldestAgeMs / 1000,
    ),
    single(
      gauge('hearth_outbox_messages', 'Ends that are to be delivered to a destination'),
      outbox,
    ),
    single(gauge('hearth_dead_letters', 'Dead letters that are kept'), deadLetters),
  ]
}
