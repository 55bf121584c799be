import { Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'
import { type FunctionConfiguration, functionArn } from '../../core/functions/function.ts'
import { configurationMistakes } from '../../core/functions/names.ts'
import { CODE_BODY_BYTES, packageOf } from '../code-upload.ts'
import { deleteFunction, deployChange, requireRevision } from '../deployment.ts'
import { resolveVersion } from '../functions/resolve-version.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import {
  FunctionListQuery,
  FunctionPage,
  FunctionParams,
  QualifierQuery,
  RevisionQuery,
  ShownFunction,
  type UpdateCode,
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
      bodyLimit: CODE_BODY_BYTES,
      schema: {
        tags: ['Functions'],
        summary: 'Change the configuration of a function, and its code',
        description:
          'Fields that are not sent stay as they are; `environment` is replaced whole. Code comes as `source`, `files` ' +
          'or `zip`, and changes in one step with the rest: no invocation finds the one without the other.',
        params: FunctionParams,
        querystring: RevisionQuery,
        body: UpdateFunction,
        response: { 200: ShownFunction },
      },
      config: {
        errors: [
          'FunctionNotFound',
          'LayerNotFound',
          'InvalidCodePackage',
          'PayloadTooLarge',
          'RevisionMismatch',
          'FunctionChanged',
          'SchedulerUnavailable',
        ],
      },
    },
    async ({ params: { name }, query: { revisionId }, body, caller, log }) => {
      const { source, files, zip, layers, ...configuration } = body
      const hasCode = [source, files, zip].some((way) => way !== undefined)
      if (hasCode) {
        const resource = functionArn(name)
        caller?.requireAllowed({ action: 'lambda:UpdateFunctionCode', resource })
      }
      checkConfiguration(configuration)
      requireRevision(await parts.functions.read(name), revisionId)
      const used = layers && { layers: await parts.layers.use(layers) }
      const code = hasCode && (await packageOf({ source, files, zip } as UpdateCode, undefined))
      const change = { ...configuration, ...used, ...(code && (await parts.code.put(code))) }
      const changed = await deployChange(parts, { name, expectedRevisionId: revisionId }, change)
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
