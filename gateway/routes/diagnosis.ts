import { Type } from 'typebox'
import { CHECK_STATES } from '../../core/diagnosis/check.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'

const Check = Type.Object({
  name: Type.String({ description: 'What was looked at' }),
  state: Type.Enum([...CHECK_STATES], {
    description: 'warning: the platform works, and does less, or keeps less safe, than it could',
  }),
  found: Type.String(),
  remedy: Type.Optional(Type.String({ description: 'What to do; absent where all is well' })),
})

/** What is wrong with what the platform stands on, and what to do about it. */
export function diagnosisRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.get(
    '/diagnosis',
    {
      schema: {
        tags: ['Health'],
        summary: 'Look at everything that the platform stands on',
        description:
          'Engine, sandboxes, Redis, object storage, clocks, disk, ports and access, all at once, ' +
          'within 5 s. The answer is 200 whatever is found.',
        response: { 200: Type.Object({ checks: Type.Array(Check) }) },
      },
    },
    async () => ({ checks: await parts.diagnose() }),
  )
}
