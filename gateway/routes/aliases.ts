import { Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'
import { Alias } from '../../core/functions/alias.ts'
import { createAlias, deleteAlias, readAlias, updateAlias } from '../functions/aliases.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { FunctionParams } from '../schemas/function.ts'
import { AliasBody, AliasParams } from '../schemas/version.ts'

const path = '/functions/:name/aliases'
const tags = ['Versions']

/** Points names at versions. */
export function pointAliasRoute(app: GatewayApp, parts: GatewayParts): void {
  app.put(
    `${path}/:alias`,
    {
      schema: {
        tags,
        summary:
          'Point an alias at a version, or at two with weights; makes it where there is none',
        description: 'Invocations that begin after the answer go by it: a rollback is one call.',
        params: AliasParams,
        body: AliasBody,
        response: { 200: Alias, 201: Alias },
      },
      config: {
        errors: [
          'FunctionNotFound',
          'AliasNotFound',
          'AliasAlreadyExists',
          'RevisionMismatch',
          'FunctionChanged',
          'SchedulerUnavailable',
        ],
      },
    },
    async ({ params: { name, alias }, body, log }, reply) => {
      const { functionVersion, description = '', weights = {}, revisionId } = body
      const wanted = { functionVersion, description, weights: checked(functionVersion, weights) }
      const known = await parts.attachments.read({
        functionName: name,
        kind: 'alias',
        qualifier: alias,
      })
      log.info({ functionName: name, alias, functionVersion }, 'Alias points at a version')
      if (!known && revisionId === undefined) {
        return reply.code(201).send(await createAlias(parts, name, { name: alias, ...wanted }))
      }
      const of = { functionName: name, name: alias, expectedRevisionId: revisionId }
      return updateAlias(parts, of, wanted)
    },
  )
}

/** Reads and deletes them. */
export function aliasRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.get(
    path,
    {
      schema: {
        tags,
        summary: 'List the aliases of a function',
        params: FunctionParams,
        response: { 200: Type.Object({ aliases: Type.Array(Alias) }) },
      },
      config: { errors: ['FunctionNotFound'] },
    },
    async ({ params: { name } }) => {
      await parts.functions.read(name)
      const all = await parts.attachments.list(name, 'alias')
      return { aliases: all.map(({ value }) => value) }
    },
  )

  app.get(
    `${path}/:alias`,
    {
      schema: {
        tags,
        summary: 'Read an alias',
        params: AliasParams,
        response: { 200: Alias },
      },
      config: { errors: ['FunctionNotFound', 'AliasNotFound'] },
    },
    async ({ params: { name, alias } }) => readAlias(parts, name, alias),
  )

  app.delete(
    `${path}/:alias`,
    {
      schema: {
        tags,
        summary: 'Delete an alias with all that hangs on it; its queued invocations fail',
        params: AliasParams,
        response: { 204: Type.Null({ description: 'It is gone' }) },
      },
      config: { errors: ['FunctionNotFound', 'AliasNotFound', 'SchedulerUnavailable'] },
    },
    async ({ params: { name, alias }, log }, reply) => {
      await deleteAlias(parts, name, alias)
      log.info({ functionName: name, alias }, 'Alias deleted')
      return reply.code(204).send(null)
    },
  )
}

/** Throws InvalidRequest where weights make no sense beside that version. */
function checked(functionVersion: string, weights: Record<string, number>) {
  const [other] = Object.keys(weights)
  if (other === undefined) return weights
  if (functionVersion === '$LATEST') refuse('weights need a published version in "functionVersion"')
  if (other === functionVersion) refuse(`version ${other} is in "functionVersion" already`)
  return weights
}

function refuse(reason: string): never {
  throw new HearthError('InvalidRequest', { reason })
}
