import { Type } from 'typebox'
import { LogLine } from '../../core/logs/log-line.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { FunctionParams } from '../schemas/function.ts'
import { InvocationParams } from '../schemas/invocation.ts'

const LIMIT = 100

const LogQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Default: 100' })),
    invocation: Type.Optional(InvocationParams.properties.id),
  },
  { additionalProperties: false },
)

const LogAnswer = Type.Object({ lines: Type.Array(LogLine) })

/** The last lines that a function wrote. */
export function logRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.get(
    '/functions/:name/logs',
    {
      schema: {
        tags: ['Functions'],
        summary: 'Read the last lines of the log of a function, oldest first',
        params: FunctionParams,
        querystring: LogQuery,
        response: { 200: LogAnswer },
      },
      config: { errors: ['FunctionNotFound'] },
    },
    async ({ params: { name }, query: { limit = LIMIT, invocation } }) => {
      await parts.functions.read(name)
      const options = invocation === undefined ? { limit } : { limit, invocationId: invocation }
      return { lines: await parts.logs.read(name, options) }
    },
  )
}
