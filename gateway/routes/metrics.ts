import { setTimeout as sleep } from 'node:timers/promises'
import type { QueueDepth } from '../../core/invocations/queue-store.ts'
import { labelled, type MetricFamily, single } from '../../core/metrics/metric-family.ts'
import { EXPOSITION_TYPE, exposition, processFamilies } from '../../core/metrics/prometheus.ts'
import { queueFamilies } from '../metrics/queue-families.ts'
import type { GatewayApp, RouteParts } from '../parts.ts'

/** Prometheus gives the whole answer ten seconds. */
const DEPTH_MS = 2000

const Text = { type: 'string', description: 'Prometheus’ text format' }

/** What Prometheus reads: of this gateway, of every scheduler, and of what they share. */
export function metricsRoutes(app: GatewayApp, parts: RouteParts): void {
  app.get(
    '/metrics',
    {
      schema: {
        tags: ['Health'],
        summary: 'Read metrics, as Prometheus does',
        description:
          'Of this gateway, of every scheduler that answers, and of the queues. A part that does not ' +
          'answer is left out, and said to be down; the answer is 200 all the same.',
      },
      config: { documentedAnswers: { 200: Text } },
    },
    async (_request, reply) => {
      const [own, schedulers, depth] = await Promise.all([
        processFamilies(),
        schedulerFamilies(parts),
        queueDepth(parts),
      ])
      const families = [
        ...schedulers,
        ...queueFamilies(depth),
        ...parts.webhookLag.families(),
        ...labelled(own, { process: 'gateway' }),
      ]
      return reply.type(EXPOSITION_TYPE).send(await exposition(families))
    },
  )
}

/** Undefined where Redis does not answer in time: the rest is told all the same. */
async function queueDepth({ queues }: RouteParts): Promise<QueueDepth | undefined> {
  const late = sleep(DEPTH_MS, undefined, { ref: false })
  return Promise.race([late, queues.depth().catch(() => undefined)])
}

/** Whether there is any scheduler is told here; of several, the link tells each one. */
async function schedulerFamilies({ link }: RouteParts): Promise<MetricFamily[]> {
  const up = (value: number) =>
    single(
      { name: 'hearth_schedulers_up', help: 'Whether any scheduler answers', type: 'gauge' },
      value,
    )
  try {
    return [up(1), ...(await link.metrics())]
  } catch {
    return [up(0)]
  }
}
