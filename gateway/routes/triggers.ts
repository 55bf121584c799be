import { Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'
import { FunctionName } from '../../core/identifiers.ts'
import { Trigger, TriggerInput } from '../../core/triggers/trigger.ts'
import { deployChange } from '../deployment.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { FunctionParams } from '../schemas/function.ts'

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
      await parts.functions.read(name)
      const trigger = await parts.triggers.add(name, body)
      try {
        await spread(parts, trigger)
      } catch (error) {
        await parts.triggers.remove(name, trigger.id)
        throw error
      }
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
      await parts.functions.read(name)
      const trigger = (await parts.triggers.list(name)).find((one) => one.id === id)
      if (!trigger) throw new HearthError('TriggerNotFound', { name, id })
      await parts.triggers.remove(name, id)
      await spread(parts, trigger)
      log.info({ functionName: name, triggerId: id }, 'Trigger removed')
      return reply.code(204).send(null)
    },
  )
}

/**
 * A bucket that triggers a function is readable by it: with an object trigger its sandboxes need
 * other credentials, which only new ones get. Throws FunctionNotFound where it went meanwhile.
 */
async function spread(parts: GatewayParts, trigger: Trigger): Promise<void> {
  if (trigger.type === 'object') await deployChange(parts, trigger.functionName, {})
  else await parts.functions.read(trigger.functionName)
}
