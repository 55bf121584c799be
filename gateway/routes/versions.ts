import { Type } from 'typebox'
import { FunctionDefinition } from '../../core/functions/function.ts'
import { deleteVersion, publishVersion, restoreVersion } from '../functions/versions.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import {
  FunctionListQuery,
  FunctionParams,
  RevisionQuery,
  ShownFunction,
} from '../schemas/function.ts'
import { pageOf } from '../schemas/page.ts'
import { PublishBody, VersionPage, VersionParams } from '../schemas/version.ts'

const path = '/functions/:name/versions'
const tags = ['Versions']

/** Publishes, lists and deletes versions of functions. */
export function versionRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.post(
    path,
    {
      schema: {
        tags,
        summary: 'Publish the current state of a function as a version',
        description:
          'It never changes again. Where nothing has changed since the last one, that is the answer.',
        params: FunctionParams,
        body: PublishBody,
        response: { 201: FunctionDefinition },
      },
      config: {
        errors: [
          'FunctionNotFound',
          'CodeMismatch',
          'RevisionMismatch',
          'FunctionChanged',
          'SchedulerUnavailable',
        ],
      },
    },
    async ({ params: { name }, body, log }, reply) => {
      const { revisionId, ...rest } = body
      const options = { ...rest, expectedRevisionId: revisionId }
      const version = await publishVersion(parts, name, options)
      log.info({ functionName: name, version: version.version }, 'Version published')
      const location = `/functions/${name}?qualifier=${version.version}`
      return reply.code(201).header('location', location).send(version)
    },
  )

  app.get(
    path,
    {
      schema: {
        tags,
        summary: 'List the published versions of a function, by number',
        params: FunctionParams,
        querystring: FunctionListQuery,
        response: { 200: VersionPage },
      },
      config: { errors: ['FunctionNotFound'] },
    },
    async ({ params: { name }, query }) => {
      await parts.functions.read(name)
      return parts.functions.listVersions(name, pageOf(query))
    },
  )

  app.delete(
    `${path}/:version`,
    {
      schema: {
        tags,
        summary: 'Delete a version that no alias points at',
        params: VersionParams,
        response: { 204: Type.Null({ description: 'It is gone' }) },
      },
      config: { errors: ['FunctionNotFound', 'VersionInUse', 'SchedulerUnavailable'] },
    },
    async ({ params: { name, version }, log }, reply) => {
      await deleteVersion(parts, name, version)
      log.info({ functionName: name, version }, 'Version deleted')
      return reply.code(204).send(null)
    },
  )
}

/** Goes back to a version without an alias. */
export function restoreVersionRoute(app: GatewayApp, parts: GatewayParts): void {
  app.post(
    `${path}/:version/restore`,
    {
      schema: {
        tags,
        summary: 'Make the current state what a version is',
        description:
          'Code, layers, handler, runtime, environment, limits, buckets and egress, in one step. Reserved ' +
          'concurrency, tags, description and what is recorded stay: they count for the function as a whole.',
        params: VersionParams,
        querystring: RevisionQuery,
        response: { 200: ShownFunction },
      },
      config: {
        errors: ['FunctionNotFound', 'RevisionMismatch', 'FunctionChanged', 'SchedulerUnavailable'],
      },
    },
    async ({ params: { name, version }, query: { revisionId }, log }) => {
      const of = { name, expectedRevisionId: revisionId }
      const restored = await restoreVersion(parts, of, version)
      log.info({ functionName: name, version }, 'Version restored')
      return restored
    },
  )
}
