import type { EngineCallTally, SchedulerHealth } from '../core/links/invoke-link.ts'
import { type MetricFamily, type Sample, single } from '../core/metrics/metric-family.ts'

/** Metrics of a host's sandboxes and its container engine, out of what its scheduler tells of its health. */
export function poolFamilies(
  facts: Pick<SchedulerHealth, 'sandboxes' | 'workerRestarts' | 'engineReport'>,
): MetricFamily[] {
  const { sandboxes, workerRestarts, engineReport } = facts
  const { calls, quarantined, orphanedShims } = engineReport
  const gauge = (name: string, help: string) => ({ name, help, type: 'gauge' as const })
  return [
    {
      ...gauge('hearth_sandboxes', 'Sandboxes by state'),
      values: Object.entries(sandboxes).map(([state, value]) => ({ labels: { state }, value })),
    },
    single(
      gauge('hearth_sandboxes_quarantined', 'Sandboxes that the engine cannot remove'),
      quarantined.length,
    ),
    single(
      gauge(
        'hearth_orphaned_shims',
        'Processes of containers that the engine does not know any more',
      ),
      orphanedShims.length,
    ),
    single(
      {
        name: 'hearth_turn_worker_restarts_total',
        help: 'How often what takes turns off the queue had fallen silent and was opened anew',
        type: 'counter',
      },
      workerRestarts,
    ),
    ...engineFamilies(calls),
  ]
}

function engineFamilies(calls: Record<string, EngineCallTally>): MetricFamily[] {
  const each = (samples: (tally: EngineCallTally, kind: string) => Sample[]) =>
    Object.entries(calls).flatMap(([kind, tally]) => samples(tally, kind))
  return [
    {
      name: 'hearth_engine_calls_total',
      help: 'Calls of the container engine',
      type: 'counter',
      values: each((tally, kind) => [{ labels: { kind }, value: tally.calls }]),
    },
    {
      name: 'hearth_engine_call_failures_total',
      help: 'Calls of the container engine that were refused, not answered, or given up at their deadline',
      type: 'counter',
      values: each(({ refused, unanswered, late }, kind) => [
        { labels: { kind, how: 'refused' }, value: refused },
        { labels: { kind, how: 'unanswered' }, value: unanswered - late },
        { labels: { kind, how: 'late' }, value: late },
      ]),
    },
    {
      name: 'hearth_engine_call_seconds_total',
      help: 'What calls of the container engine took together',
      type: 'counter',
      values: each((tally, kind) => [{ labels: { kind }, value: tally.totalMs / 1000 }]),
    },
    {
      name: 'hearth_engine_calls_running',
      help: 'Calls of the container engine that have not ended',
      type: 'gauge',
      values: each((tally, kind) => [{ labels: { kind }, value: tally.running }]),
    },
  ]
}
