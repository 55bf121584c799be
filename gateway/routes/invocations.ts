import { targetOf } from '../../core/functions/qualifier.ts'
import { Invocation } from '../../core/invocations/invocation.ts'
import { resolveVersion } from '../functions/resolve-version.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { FunctionParams } from '../schemas/function.ts'
import { InvocationListQuery, InvocationPage, InvocationParams } from '../schemas/invocation.ts'
import { pageOf } from '../schemas/page.ts'

/** Looks up and cancels asynchronous invocations. */
export function invocationRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.get(
    '/functions/:name/invocations',
    {
      schema: {
        tags: ['Invocations'],
        summary: 'List the asynchronous invocations of a function, newest first',
        description: 'Whatever caused them: a request, an object, a schedule, an event.',
        params: FunctionParams,
        querystring: InvocationListQuery,
        response: { 200: InvocationPage },
      },
      config: { errors: ['FunctionNotFound'] },
    },
    async ({ params: { name }, query }) => {
      const { state, delivery, qualifier } = query
      await resolveVersion(parts, { functionName: name, qualifier })
      const filter = { ...(state && { state }), ...(delivery && { delivery }) }
      return parts.invocations.list(targetOf(name, qualifier), { ...pageOf(query), ...filter })
    },
  )

  app.get(
    '/invocations/:id',
    {
      schema: {
        tags: ['Invocations'],
        summary: 'Read an asynchronous invocation',
        params: InvocationParams,
        response: { 200: Invocation },
      },
      config: { errors: ['InvocationNotFound'] },
    },
    async ({ params }) => parts.invocations.read(params.id),
  )

  app.delete(
    '/invocations/:id',
    {
      schema: {
        tags: ['Invocations'],
        summary: 'Cancel an asynchronous invocation that is still queued',
        params: InvocationParams,
        response: { 200: Invocation },
      },
      config: { errors: ['InvocationNotFound', 'InvocationNotCancellable'] },
    },
    async ({ params }) => parts.invocations.cancel(params.id),
  )
}
