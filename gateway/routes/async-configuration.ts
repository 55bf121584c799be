import { type Static, Type } from 'typebox'
import {
  AsyncConfiguration,
  DEFAULT_ASYNC_CONFIGURATION,
} from '../../core/functions/async-configuration.ts'
import type { Attachments } from '../../core/functions/attachment.ts'
import { FunctionName } from '../../core/identifiers.ts'
import { configureEvents, placeOf, removeEventConfiguration } from '../functions/events.ts'
import { resolveVersion } from '../functions/resolve-version.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { FunctionParams, QualifierQuery } from '../schemas/function.ts'

const path = '/functions/:name/async-configuration'

const Answer = Type.Object({ functionName: FunctionName, ...AsyncConfiguration.properties })

const Wanted = Type.Partial(AsyncConfiguration, { additionalProperties: false })

/** What becomes of a function's asynchronous invocations: how they are tried again, who is told of their end. */
export function asyncConfigurationRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.get(
    path,
    {
      schema: {
        tags: ['Invocations'],
        summary: 'Read what becomes of asynchronous invocations of a function',
        params: FunctionParams,
        querystring: QualifierQuery,
        response: { 200: Answer },
      },
      config: { errors: ['FunctionNotFound'] },
    },
    async ({ params: { name }, query: { qualifier } }) => {
      await resolveVersion(parts, { functionName: name, qualifier })
      return answer(name, await parts.attachments.read(placeOf({ functionName: name, qualifier })))
    },
  )
}

/** Sets it, or has the defaults hold again. */
export function changeAsyncConfigurationRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.put(
    path,
    {
      schema: {
        tags: ['Invocations'],
        summary: 'Set what becomes of asynchronous invocations of a function',
        description:
          'How often, and until when, they are tried again, and where their end is reported to: a ' +
          'function, events, a bucket or an HTTP(S) endpoint, which gets requests signed as Standard ' +
          'Webhooks has it. Fields that are not sent get their defaults. For an event that waits already, the age it ' +
          'was accepted with goes on to hold; after an attempt, the smaller of that and the new one.',
        params: FunctionParams,
        querystring: QualifierQuery,
        body: Wanted,
        response: { 200: Answer },
      },
      config: {
        errors: [
          'FunctionNotFound',
          'FunctionChanged',
          'BucketNotFound',
          'StorageOff',
          'StorageUnavailable',
          'SchedulerUnavailable',
        ],
      },
    },
    async ({ params: { name }, query: { qualifier }, body, log }) => {
      const asyncConfiguration = await configureEvents(
        parts,
        { functionName: name, qualifier },
        body,
      )
      log.info({ functionName: name }, 'Asynchronous invocations configured')
      return answer(name, asyncConfiguration)
    },
  )

  app.delete(
    path,
    {
      schema: {
        tags: ['Invocations'],
        summary:
          'Have asynchronous invocations of a function tried again as by default, and told to nobody',
        params: FunctionParams,
        querystring: QualifierQuery,
        response: { 204: Type.Null({ description: 'The defaults hold' }) },
      },
      config: { errors: ['FunctionNotFound', 'FunctionChanged', 'SchedulerUnavailable'] },
    },
    async ({ params: { name }, query: { qualifier } }, reply) => {
      await resolveVersion(parts, { functionName: name, qualifier })
      await removeEventConfiguration(parts, { functionName: name, qualifier })
      return reply.code(204).send(null)
    },
  )
}

function answer(
  functionName: string,
  own: Attachments['async'] | undefined,
): Static<typeof Answer> {
  if (!own) return { functionName, ...DEFAULT_ASYNC_CONFIGURATION }
  const { lastModified: _time, asSet: _set, ...configuration } = own
  return { functionName, ...configuration }
}
