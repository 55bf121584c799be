import { Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'
import type { FunctionConfiguration } from '../../core/functions/function.ts'
import { configurationMistakes } from '../../core/functions/names.ts'
import { deleteFunction, deployChange } from '../deployment.ts'
import { resolveVersion } from '../functions/resolve-version.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import {
  FunctionListQuery,
  FunctionPage,
  FunctionParams,
  QualifierQuery,
  RevisionQuery,
  ShownFunction,
  UpdateFunction,
} from '../schemas/function.ts'
import { pageOf } from '../schemas/page.ts'

/** Lists and reads functions. */
export function functionRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.get(
    '/functions',
    {
      schema: {
        tags: ['Functions'],
        summary: 'List functions, in the order of their names',
        querystring: FunctionListQuery,
        response: { 200: FunctionPage },
      },
    },
    async ({ query }) => parts.functions.list(pageOf(query)),
  )

  app.get(
    '/functions/:name',
    {
      schema: {
        tags: ['Functions'],
        summary: 'Read a function, or a version of it',
        params: FunctionParams,
        querystring: QualifierQuery,
        response: { 200: ShownFunction },
      },
      config: { errors: ['FunctionNotFound'] },
    },
    async ({ params: { name }, query: { qualifier } }) =>
      resolveVersion(parts, { functionName: name, qualifier }),
  )
}

/** Configures and deletes functions. */
export function changeFunctionRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.patch(
    '/functions/:name',
    {
      schema: {
        tags: ['Functions'],
        summary: 'Change the configuration of a function',
        description: 'Fields that are not sent stay as they are; `environment` is replaced whole.',
        params: FunctionParams,
        querystring: RevisionQuery,
        body: UpdateFunction,
        response: { 200: ShownFunction },
      },
      config: {
        errors: [
          'FunctionNotFound',
          'LayerNotFound',
          'RevisionMismatch',
          'FunctionChanged',
          'SchedulerUnavailable',
        ],
      },
    },
    async ({ params: { name }, query: { revisionId }, body, log }) => {
      checkConfiguration(body)
      const { layers, ...rest } = body
      const used = layers && { layers: await parts.layers.use(layers) }
      const of = { name, expectedRevisionId: revisionId }
      const changed = await deployChange(parts, of, { ...rest, ...used })
      log.info({ functionName: name }, 'Function configured')
      return changed
    },
  )

  app.delete(
    '/functions/:name',
    {
      schema: {
        tags: ['Functions'],
        summary: 'Delete a function with its triggers, address, queued invocations and log',
        params: FunctionParams,
        response: { 204: Type.Null({ description: 'It is gone' }) },
      },
      config: { errors: ['FunctionNotFound', 'SchedulerUnavailable', 'StorageUnavailable'] },
    },
    async ({ params, log }, reply) => {
      await deleteFunction(parts, params.name)
      log.info({ functionName: params.name }, 'Function deleted')
      return reply.code(204).send(null)
    },
  )
}

/** Throws InvalidRequest with every reason why a function cannot be configured so. */
export function checkConfiguration(configuration: Partial<FunctionConfiguration>): void {
  const mistakes = configurationMistakes(configuration)
  if (mistakes.length > 0) throw new HearthError('InvalidRequest', { reason: mistakes.join('; ') })
}
