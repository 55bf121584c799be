import { Type } from 'typebox'
import type { GatewayApp, GatewayParts } from '../parts.ts'

const Count = (description: string) => Type.Integer({ description })

const Calls = Type.Object({
  calls: Count('All of them'),
  running: Count('Not ended yet'),
  refused: Count('Answered with an error'),
  unanswered: Count('Not answered at all'),
  late: Count('Of those, given up at their deadline'),
  repeated: Count('Done again after their connection broke'),
  totalMs: Count('What all took together, in milliseconds'),
  maxMs: Count('What the longest took, in milliseconds'),
})

const Engine = Type.Object({
  driver: Type.Enum(['docker', 'process']),
  state: Type.Enum(['up', 'down', 'off']),
  freezing: Type.Enum(['cgroup-v1', 'cgroup-v2', 'engine', 'signals', 'off'], {
    description:
      'How idle sandboxes are frozen: by a file of their control group, by the engine’s pause, by signals, or not',
  }),
  calls: Type.Record(Type.String(), Calls, { description: 'By their kind, since the start' }),
  quarantined: Type.Array(
    Type.Object({
      id: Type.String({ description: 'Of the sandbox' }),
      reason: Type.String({ description: 'Why it could not be removed the last time' }),
      tries: Type.Integer(),
      since: Type.String(),
      nextTryAt: Type.String(),
    }),
  ),
  orphanedShims: Type.Array(Type.Object({ pid: Type.Integer(), containerId: Type.String() })),
})

/** What a scheduler has had of its container engine. */
export function engineRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.get(
    '/engine',
    {
      schema: {
        tags: ['Health'],
        summary: 'How the container engine does',
        description:
          'Its calls, what it cannot remove, and what it has left behind; of one scheduler.',
        response: { 200: Engine },
      },
      config: { errors: ['SchedulerUnavailable'] },
    },
    async () => {
      const { driver, engine, engineReport } = await parts.link.health()
      return { driver, state: engine, ...engineReport }
    },
  )
}
