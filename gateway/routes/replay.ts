import { HearthError } from '../../core/errors.ts'
import { splitTarget, targetOf } from '../../core/functions/qualifier.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { AcceptedInvocation, InvocationParams, ReplayBody } from '../schemas/invocation.ts'

/** Runs again what was kept of an invocation. */
export function replayRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.post(
    '/invocations/:id/replay',
    {
      schema: {
        tags: ['Invocations'],
        summary: 'Run the event of an invocation again, as an asynchronous one',
        description:
          'Of an asynchronous invocation that waits, runs or has failed, with the event as it is; of any ' +
          'other one where its function has `record.bodies`, with what is redacted in its event. The new ' +
          'invocation names the old one in `cause.detail`.',
        params: InvocationParams,
        body: ReplayBody,
        response: { 202: AcceptedInvocation },
      },
      config: {
        errors: ['InvocationNotFound', 'EventNotKept', 'FunctionNotFound', 'QueueFull'],
      },
    },
    async ({ params: { id }, body, log }, reply) => {
      const { target, event } = await keptEvent(parts, id)
      const { functionName, qualifier } = splitTarget(target)
      const accepted = await parts.invocations.accept({
        functionName: targetOf(functionName, body?.qualifier ?? qualifier),
        event,
        cause: { kind: 'replay', detail: id },
        mustExist: true,
      })
      log.info({ functionName, id, as: accepted.id }, 'Invocation replayed')
      reply.code(202).header('location', `/invocations/${accepted.id}`)
      return reply.send({ id: accepted.id, state: 'queued' as const })
    },
  )
}

/** Throws InvocationNotFound, EventNotKept. */
async function keptEvent(
  { invocations, journal }: GatewayParts,
  id: string,
): Promise<{ target: string; event: Buffer }> {
  const record = await invocations.readEvent(id)
  if (record) {
    const { target, event, omitted } = record
    if (event) return { target, event }
    throw notKept(id, omitted ?? 'it has ended, and its event was not kept')
  }
  const found = await journal.find(id)
  if (!found) throw new HearthError('InvocationNotFound', { id })
  const { functionName, qualifier, bodies } = found
  if (bodies?.event === undefined) {
    throw notKept(id, bodies?.eventOmitted ?? 'its event was not kept')
  }
  return { target: targetOf(functionName, qualifier), event: Buffer.from(bodies.event) }
}

function notKept(id: string, reason: string): HearthError {
  return new HearthError('EventNotKept', { id, reason })
}
