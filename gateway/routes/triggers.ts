import { Type } from 'typebox'
import { FunctionName } from '../../core/identifiers.ts'
import { Trigger, TriggerInput } from '../../core/triggers/trigger.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { FunctionParams } from '../schemas/function.ts'
import { deployTrigger, removeTrigger } from '../trigger-deployment.ts'

const TriggerParams = Type.Object({
  name: FunctionName,
  id: Type.String({ pattern: '^[A-Za-z0-9-]{1,64}$' }),
})

const ADD_ERRORS = [
  'FunctionNotFound',
  'InvalidSchedule',
  'InvalidEventPattern',
  'BucketNotFound',
  'StorageOff',
  'StorageUnavailable',
  'WebhookMissing',
  'SchedulerUnavailable',
] as const

/** Adds, lists and removes what calls a function by itself. */
export function triggerRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.post<{ Params: { name: string }; Body: TriggerInput }>(
    '/functions/:name/triggers',
    {
      schema: {
        tags: ['Triggers'],
        summary: 'Add a trigger',
        description: 'A schedule, objects of a bucket, or events that fit a pattern.',
        params: FunctionParams,
        body: TriggerInput,
        response: { 201: Trigger },
      },
      config: { errors: ADD_ERRORS },
    },
    async ({ params: { name }, body, log }, reply) => {
      const trigger = await deployTrigger(parts, name, body)
      log.info({ functionName: name, triggerId: trigger.id, type: trigger.type }, 'Trigger added')
      return reply
        .code(201)
        .header('location', `/functions/${name}/triggers/${trigger.id}`)
        .send(trigger)
    },
  )

  app.get(
    '/functions/:name/triggers',
    {
      schema: {
        tags: ['Triggers'],
        summary: 'List the triggers of a function, oldest first',
        params: FunctionParams,
        response: { 200: Type.Object({ triggers: Type.Array(Trigger) }) },
      },
      config: { errors: ['FunctionNotFound'] },
    },
    async ({ params: { name } }) => {
      await parts.functions.read(name)
      return { triggers: await parts.triggers.list(name) }
    },
  )

  app.delete(
    '/functions/:name/triggers/:id',
    {
      schema: {
        tags: ['Triggers'],
        summary: 'Remove a trigger',
        params: TriggerParams,
        response: { 204: Type.Null() },
      },
      config: { errors: ['FunctionNotFound', 'TriggerNotFound', 'SchedulerUnavailable'] },
    },
    async ({ params: { name, id }, log }, reply) => {
      await removeTrigger(parts, name, id)
      log.info({ functionName: name, triggerId: id }, 'Trigger removed')
      return reply.code(204).send(null)
    },
  )
}
