import { Type } from 'typebox'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { Cursor, PageQuery, pageOf } from '../schemas/page.ts'

const Queue = Type.Object({
  target: Type.String({ description: 'A function, or `name:qualifier` of a version or an alias' }),
  ready: Type.Integer({ description: 'Invocations that wait for a sandbox' }),
  later: Type.Integer({ description: 'Those that wait for the time of their next attempt' }),
  oldestAgeMs: Type.Optional(
    Type.Integer({ description: 'Since the first in line was accepted; absent: nothing waits' }),
  ),
  deadLetters: Type.Integer(),
})

/** How much waits, and what came to no good end, of all functions. */
export function queueRoutes(app: GatewayApp, { queues }: GatewayParts): void {
  app.get(
    '/queues',
    {
      schema: {
        tags: ['Queues'],
        summary: 'List the queues of asynchronous invocations that hold something, by name',
        description: 'Of each version and alias that is called by itself, too.',
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: Type.Object({ queues: Type.Array(Queue), cursor: Cursor }) },
      },
    },
    async ({ query }) => queues.list(pageOf(query)),
  )
}
