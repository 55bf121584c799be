import { collectDefaultMetrics, type Metric, Registry } from 'prom-client'
import type { MetricFamily } from './metric-family.ts'

export const EXPOSITION_TYPE = Registry.PROMETHEUS_CONTENT_TYPE

/** Of this process, which has one event loop and one heap. */
let ofProcess: Registry | undefined

/**
 * CPU, memory, event-loop lag and garbage collection of this process. They are watched from the first
 * question on: who is never asked pays nothing for it.
 */
export async function processFamilies(): Promise<MetricFamily[]> {
  if (!ofProcess) {
    ofProcess = new Registry()
    collectDefaultMetrics({ register: ofProcess })
  }
  return (await ofProcess.getMetricsAsJSON()) as unknown as MetricFamily[]
}

/** Prometheus' text format. Families of the same name are one, with the values of all. */
export async function exposition(families: readonly MetricFamily[]): Promise<string> {
  const byName = Map.groupBy(families, ({ name }) => name)
  const registry = new Registry()
  for (const [name, parts] of byName) {
    const [{ help, type }] = parts as [MetricFamily]
    const whole = { name, help, type, values: parts.flatMap(({ values }) => values) }
    registry.registerMetric({ ...whole, get: async () => whole } as unknown as Metric)
  }
  return registry.metrics()
}
