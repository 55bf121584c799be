import { type Static, Type } from 'typebox'
import { FunctionName } from '../../core/identifiers.ts'
import { Invocation } from '../../core/invocations/invocation.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { FunctionParams } from '../schemas/function.ts'
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
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: InvocationPage },
      },
      config: { errors: ['FunctionNotFound'] },
    },
    async ({ params: { name }, query }) => {
      await requireAny(parts, name)
      return deadLetters.list(name, pageOf(query))
    },
  )

  app.get(
    `${path}/:id`,
    {
      schema: {
        tags,
        summary: 'Read a dead letter, with its event',
        params: Params,
        response: { 200: DeadLetter },
      },
      config: { errors: ['DeadLetterNotFound'] },
    },
    async ({ params: { name, id } }, reply) => {
      const { invocation, event } = await deadLetters.read(name, id)
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
        response: { 202: Redriven },
      },
      config: { errors: ['DeadLetterNotFound', 'FunctionNotFound', 'QueueFull'] },
    },
    async ({ params: { name, id }, log }, reply) => {
      const redrive = await deadLetters.redrive(name, id)
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
        response: { 202: Type.Object({ redriven: Type.Integer(), left: Type.Integer() }) },
      },
      config: { errors: ['FunctionNotFound', 'QueueFull'] },
    },
    async ({ params: { name }, log }, reply) => {
      await functions.read(name)
      const result = await deadLetters.redriveAll(name)
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
        response: { 204: Type.Null({ description: 'Nobody can read or redrive it any more' }) },
      },
      config: { errors: ['DeadLetterNotFound'] },
    },
    async ({ params: { name, id }, log }, reply) => {
      await deadLetters.purge(name, id)
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
        response: { 200: Type.Object({ purged: Type.Integer() }) },
      },
      config: { errors: ['FunctionNotFound'] },
    },
    async ({ params: { name }, log }) => {
      await requireAny(parts, name)
      const purged = await deadLetters.purgeAll(name)
      log.info({ functionName: name, purged }, 'Dead letters purged')
      return { purged }
    },
  )
}

const asIs = (text: unknown) => text as string

/** Dead letters outlive their function. Throws FunctionNotFound where there never was either. */
async function requireAny({ deadLetters, functions }: GatewayParts, name: string): Promise<void> {
  if ((await deadLetters.count(name)) === 0) await functions.read(name)
}
