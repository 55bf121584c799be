import { randomBytes } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'
import {
  AsyncConfiguration,
  DEFAULT_ASYNC_CONFIGURATION,
} from '../../core/functions/async-configuration.ts'
import { FunctionName } from '../../core/identifiers.ts'
import type { Destination } from '../../core/invocations/destination.ts'
import { storeOf } from '../../core/storage/object-store.ts'
import { deployChange } from '../deployment.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { FunctionParams } from '../schemas/function.ts'

const Answer = Type.Object({ functionName: FunctionName, ...AsyncConfiguration.properties })

const Wanted = Type.Partial(AsyncConfiguration, { additionalProperties: false })

/** What becomes of a function's asynchronous invocations: how they are tried again, who is told of their end. */
export function asyncConfigurationRoutes(app: GatewayApp, parts: GatewayParts): void {
  const path = '/functions/:name/async-configuration'
  app.get(
    path,
    {
      schema: {
        tags: ['Invocations'],
        summary: 'Read what becomes of asynchronous invocations of a function',
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
        summary: 'Set what becomes of asynchronous invocations of a function',
        description:
          'How often, and until when, they are tried again, and where their end is reported to: a ' +
          'function, events, a bucket or an HTTP(S) endpoint, which gets requests signed as Standard ' +
          'Webhooks has it. Fields that are not sent get their defaults. For an event that waits already, the age it ' +
          'was accepted with goes on to hold; after an attempt, the smaller of that and the new one.',
        params: FunctionParams,
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
    async ({ params: { name }, body, log }) => {
      const known = (await parts.functions.read(name)).asyncConfiguration
      const asyncConfiguration: AsyncConfiguration = { ...DEFAULT_ASYNC_CONFIGURATION, ...body }
      for (const end of ['onSuccess', 'onFailure'] as const) {
        const wanted = body[end]
        if (wanted) asyncConfiguration[end] = await checkedDestination(parts, wanted, known?.[end])
      }
      await deployChange(parts, name, { asyncConfiguration })
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

/** Throws what is wrong with it as it stands now. An HTTP endpoint that stays keeps its secret. */
async function checkedDestination(
  parts: GatewayParts,
  wanted: Destination,
  known: Destination | undefined,
): Promise<Destination> {
  if (wanted.type === 'function') await parts.functions.read(wanted.functionName)
  if (wanted.type === 'bucket') await storeOf(parts.storage).requireBucket(wanted.bucket)
  if (wanted.type !== 'http') return wanted
  if (!URL.canParse(wanted.url)) {
    throw new HearthError('InvalidRequest', { reason: `"${wanted.url}" is not a URL` })
  }
  const kept = known?.type === 'http' && known.url === wanted.url ? known.secret : undefined
  return { ...wanted, secret: wanted.secret ?? kept ?? newSecret() }
}

/** As Standard Webhooks spells one. */
function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}
