import { type Static, Type } from 'typebox'
import { splitTarget, targetOf } from '../../core/functions/qualifier.ts'
import { FunctionName } from '../../core/identifiers.ts'
import { Invocation } from '../../core/invocations/invocation.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { FunctionParams, OptionalQualifier, QualifierQuery } from '../schemas/function.ts'
import { InvocationPage, InvocationParams } from '../schemas/invocation.ts'
import { PageQuery, pageOf } from '../schemas/page.ts'

const Params = Type.Object({ name: FunctionName, ...InvocationParams.properties })

const DeadLetter = Type.Object({
  ...Invocation.properties,
  event: Type.Unknown({ description: 'What it was called with' }),
})

const Redriven = Type.Object({
  invocationId: Type.Optional(
    Type.String({ description: 'Of the new invocation; none where only its end is told again' }),
  ),
})

const path = '/functions/:name/dead-letters'
const tags = ['Dead letters']

/** Lists and shows what came to no good end. */
export function deadLetterRoutes(app: GatewayApp, parts: GatewayParts): void {
  const { deadLetters } = parts
  app.get(
    path,
    {
      schema: {
        tags,
        summary: 'List the dead letters of a function, newest first',
        description:
          'Invocations that failed or grew too old, unless a destination for failures has taken ' +
          'them, and those whose end could not be delivered. Kept for 14 days, 10,000 per function.',
        params: FunctionParams,
        querystring: Type.Object(
          { ...OptionalQualifier, ...PageQuery },
          { additionalProperties: false },
        ),
        response: { 200: InvocationPage },
      },
      config: { errors: ['FunctionNotFound'] },
    },
    async ({ params: { name }, query }) => {
      const target = targetOf(name, query.qualifier)
      await requireAny(parts, target)
      return deadLetters.list(target, pageOf(query))
    },
  )

  app.get(
    `${path}/:id`,
    {
      schema: {
        tags,
        summary: 'Read a dead letter, with its event',
        params: Params,
        querystring: QualifierQuery,
        response: { 200: DeadLetter },
      },
      config: { errors: ['DeadLetterNotFound'] },
    },
    async ({ params: { name, id }, query: { qualifier } }, reply) => {
      const { invocation, event } = await deadLetters.read(targetOf(name, qualifier), id)
      // The event's own bytes: written anew, numbers that no double holds would be others.
      const text = `${JSON.stringify(invocation).slice(0, -1)},"event":${event}}`
      return reply
        .type('application/json')
        .serializer(asIs)
        .send(text as unknown as Static<typeof DeadLetter>)
    },
  )
}

/** Takes up again what came to no good end. */
export function redriveRoutes(app: GatewayApp, { deadLetters, functions }: GatewayParts): void {
  app.post(
    `${path}/:id/redrive`,
    {
      schema: {
        tags,
        summary: 'Take up a dead letter again',
        description:
          'One that failed runs again, as a new invocation with the same event; the old one names ' +
          'it in `redrivenAs`. One that succeeded, but could not be delivered, is delivered again.',
        params: Params,
        querystring: QualifierQuery,
        response: { 202: Redriven },
      },
      config: { errors: ['DeadLetterNotFound', 'FunctionNotFound', 'QueueFull'] },
    },
    async ({ params: { name, id }, query: { qualifier }, log }, reply) => {
      const redrive = await deadLetters.redrive(targetOf(name, qualifier), id)
      log.info({ functionName: name, ...redrive }, 'Dead letter taken up again')
      if (redrive.outcome === 'reported') return reply.code(202).send({})
      const { invocationId } = redrive
      return reply
        .code(202)
        .header('location', `/invocations/${invocationId}`)
        .send({ invocationId })
    },
  )

  app.post(
    `${path}/redrive`,
    {
      schema: {
        tags,
        summary: 'Take up all dead letters of a function again, oldest first',
        description: 'As many as the queue takes; what fails meanwhile stays.',
        params: FunctionParams,
        querystring: QualifierQuery,
        response: { 202: Type.Object({ redriven: Type.Integer(), left: Type.Integer() }) },
      },
      config: { errors: ['FunctionNotFound', 'QueueFull'] },
    },
    async ({ params: { name }, query: { qualifier }, log }, reply) => {
      await functions.read(name)
      const result = await deadLetters.redriveAll(targetOf(name, qualifier))
      log.info({ functionName: name, ...result }, 'Dead letters taken up again')
      return reply.code(202).send(result)
    },
  )
}

/** Forgets what came to no good end. */
export function purgeRoutes(app: GatewayApp, parts: GatewayParts): void {
  const { deadLetters } = parts
  app.delete(
    `${path}/:id`,
    {
      schema: {
        tags,
        summary: 'Forget a dead letter',
        params: Params,
        querystring: QualifierQuery,
        response: { 204: Type.Null({ description: 'Nobody can read or redrive it any more' }) },
      },
      config: { errors: ['DeadLetterNotFound'] },
    },
    async ({ params: { name, id }, query: { qualifier }, log }, reply) => {
      await deadLetters.purge(targetOf(name, qualifier), id)
      log.info({ functionName: name, id }, 'Dead letter purged')
      return reply.code(204).send(null)
    },
  )

  app.delete(
    path,
    {
      schema: {
        tags,
        summary: 'Forget all dead letters of a function',
        params: FunctionParams,
        querystring: QualifierQuery,
        response: { 200: Type.Object({ purged: Type.Integer() }) },
      },
      config: { errors: ['FunctionNotFound'] },
    },
    async ({ params: { name }, query: { qualifier }, log }) => {
      await requireAny(parts, targetOf(name, qualifier))
      const purged = await deadLetters.purgeAll(targetOf(name, qualifier))
      log.info({ functionName: name, purged }, 'Dead letters purged')
      return { purged }
    },
  )
}

const asIs = (text: unknown) => text as string

/** Dead letters outlive their function. Throws FunctionNotFound where there never was either. */
async function requireAny({ deadLetters, functions }: GatewayParts, target: string): Promise<void> {
  if ((await deadLetters.count(target)) > 0) return
  await functions.read(splitTarget(target).functionName)
}
