import { Type } from 'typebox'
import type { GatewayApp, GatewayParts } from '../parts.ts'

const State = Type.Enum(['up', 'down', 'off'])

const Liveness = Type.Object({ state: Type.Literal('up') })

const Readiness = Type.Object({
  state: Type.Enum(['up', 'down']),
  dependencies: Type.Record(
    Type.String(),
    Type.Object(
      { state: State, detail: Type.Optional(Type.String({ description: 'Why it is not up' })) },
      { additionalProperties: true },
    ),
  ),
})

/** For whoever restarts the gateway (live) and whoever sends it requests (ready). */
export function healthRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.get(
    '/health/live',
    {
      schema: {
        tags: ['Health'],
        summary: 'Is the gateway there?',
        response: { 200: Liveness },
      },
    },
    async () => ({ state: 'up' as const }),
  )

  app.get(
    '/health/ready',
    {
      schema: {
        tags: ['Health'],
        summary: 'Is every dependency there?',
        description: '503 where one of them is down; "off" was chosen and is no fault.',
        response: { 200: Readiness, 503: Readiness },
      },
    },
    async (_request, reply) => {
      const dependencies = await parts.health()
      const isDown = Object.values(dependencies).some(({ state }) => state === 'down')
      return reply.code(isDown ? 503 : 200).send({ state: isDown ? 'down' : 'up', dependencies })
    },
  )
}
