import { type Static, Type } from 'typebox'
import { AsyncConfiguration, DEFAULT_ASYNC_CONFIGURATION } from '../../core/async-configuration.ts'
import { FunctionName } from '../../core/function.ts'
import { deployChange } from '../deployment.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { FunctionParams } from '../schemas/function.ts'

const Answer = Type.Object({ functionName: FunctionName, ...AsyncConfiguration.properties })

const Wanted = Type.Partial(AsyncConfiguration, { additionalProperties: false })

/** How a function's asynchronous invocations are tried again. */
export function asyncConfigurationRoutes(app: GatewayApp, parts: GatewayParts): void {
  const path = '/functions/:name/async-configuration'
  app.get(
    path,
    {
      schema: {
        tags: ['Invocations'],
        summary: 'Read how asynchronous invocations of a function are tried again',
        params: FunctionParams,
        response: { 200: Answer },
      },
      config: { errors: ['FunctionNotFound'] },
    },
    async ({ params: { name } }) => {
      const { asyncConfiguration } = await parts.functions.read(name)
      return answer(name, asyncConfiguration)
    },
  )

  app.put(
    path,
    {
      schema: {
        tags: ['Invocations'],
        summary: 'Set how asynchronous invocations of a function are tried again',
        description:
          'Fields that are not sent get their defaults. For an event that waits already, the age it ' +
          'was accepted with goes on to hold; after an attempt, the smaller of that and the new one.',
        params: FunctionParams,
        body: Wanted,
        response: { 200: Answer },
      },
      config: { errors: ['FunctionNotFound', 'FunctionChanged', 'SchedulerUnavailable'] },
    },
    async ({ params: { name }, body, log }) => {
      const asyncConfiguration = { ...DEFAULT_ASYNC_CONFIGURATION, ...body }
      await deployChange(parts, name, { asyncConfiguration })
      log.info({ functionName: name, ...asyncConfiguration }, 'Asynchronous invocations configured')
      return answer(name, asyncConfiguration)
    },
  )

  app.delete(
    path,
    {
      schema: {
        tags: ['Invocations'],
        summary: 'Have asynchronous invocations of a function tried again as by default',
        params: FunctionParams,
        response: { 204: Type.Null({ description: 'The defaults hold' }) },
      },
      config: { errors: ['FunctionNotFound', 'FunctionChanged', 'SchedulerUnavailable'] },
    },
    async ({ params: { name } }, reply) => {
      await deployChange(parts, name, { asyncConfiguration: DEFAULT_ASYNC_CONFIGURATION })
      return reply.code(204).send(null)
    },
  )
}

function answer(functionName: string, own: AsyncConfiguration | undefined): Static<typeof Answer> {
  return { functionName, ...DEFAULT_ASYNC_CONFIGURATION, ...own }
}
