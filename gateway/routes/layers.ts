import { Type } from 'typebox'
import { type LayerVersion, layerVersionArn } from '../../core/functions/layer.ts'
import { CODE_BODY_BYTES, packageOf, readForm } from '../code-upload.ts'
import { latestLayers, layerVersions, publishLayer } from '../functions/layers.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { type UpdateCode, ZipBytes } from '../schemas/function.ts'
import {
  LayerListQuery,
  LayerPage,
  LayerParams,
  LayerVersionPage,
  LayerVersionParams,
  PublishLayer,
  PublishLayerForm,
  ShownLayerVersion,
} from '../schemas/layer.ts'
import { pageOf } from '../schemas/page.ts'
import { takeForms, takeZip } from './function-code.ts'

const tags = ['Layers']
const path = '/layers/:name/versions'

/** Lists layers and their versions. */
export function layerRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.get(
    '/layers',
    {
      schema: {
        tags,
        summary: 'List layers by name, each with its newest version',
        querystring: LayerListQuery,
        response: { 200: LayerPage },
      },
      config: { errors: [] },
    },
    async ({ query }) => {
      const { limit, cursor = '' } = pageOf(query)
      const all = await latestLayers(parts, query)
      const rest = all.filter(({ name }) => name > cursor)
      const last = rest[limit - 1]
      const hasMore = rest.length > limit && last !== undefined
      return { layers: rest.slice(0, limit).map(shown), ...(hasMore && { cursor: last.name }) }
    },
  )

  app.get(
    path,
    {
      schema: {
        tags,
        summary: 'List the versions of a layer, newest first',
        params: LayerParams,
        querystring: LayerListQuery,
        response: { 200: LayerVersionPage },
      },
      config: { errors: [] },
    },
    async ({ params: { name }, query }) => {
      const { limit, cursor = Number.POSITIVE_INFINITY } = pageOf(query)
      const all = await layerVersions(parts, name, query)
      const rest = all.filter(({ version }) => version < Number(cursor))
      const last = rest[limit - 1]
      const hasMore = rest.length > limit && last !== undefined
      return {
        versions: rest.slice(0, limit).map(shown),
        ...(hasMore && { cursor: String(last.version) }),
      }
    },
  )
}

/** Shows and deletes versions of layers. */
export function layerVersionRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.get(
    `${path}/:version`,
    {
      schema: {
        tags,
        summary: 'Read a version of a layer',
        params: LayerVersionParams,
        response: { 200: ShownLayerVersion },
      },
      config: { errors: ['LayerNotFound'] },
    },
    async ({ params: { name, version } }) => shown(await parts.layers.read(name, Number(version))),
  )

  app.delete(
    `${path}/:version`,
    {
      schema: {
        tags,
        summary: 'Delete a version of a layer; functions that use it go on',
        params: LayerVersionParams,
        response: { 204: Type.Null({ description: 'It is gone' }) },
      },
      config: { errors: ['LayerNotFound'] },
    },
    async ({ params: { name, version }, log }, reply) => {
      await parts.layers.read(name, Number(version))
      await parts.layers.remove(name, Number(version))
      log.info({ layerName: name, version }, 'Layer version deleted')
      return reply.code(204).send(null)
    },
  )
}

/** Publishes versions of layers. */
export function publishLayerRoute(app: GatewayApp, parts: GatewayParts): void {
  takeForms(app)
  app.addContentTypeParser<Buffer>('application/zip', { parseAs: 'buffer' }, takeZip)
  app.post<{ Body: PublishLayer; Params: { name: string } }>(
    path,
    {
      bodyLimit: CODE_BODY_BYTES,
      preValidation: readForm,
      schema: {
        tags,
        summary: 'Publish files for /opt as the next version of a layer',
        description:
          'They come in exactly one way: `files`, `zip`, a zip as the body, or the part `code` of a form.',
        params: LayerParams,
        body: {
          content: {
            'application/json': { schema: PublishLayer },
            'multipart/form-data': { schema: PublishLayerForm },
            'application/zip': { schema: ZipBytes },
          },
        },
        response: { 201: ShownLayerVersion },
      },
      config: { errors: ['InvalidCodePackage', 'PayloadTooLarge', 'UnsupportedMediaType'] },
    },
    async ({ params: { name }, body, upload, log }, reply) => {
      const { files, zip, ...said } = body
      const stored = await parts.code.put(await packageOf({ files, zip } as UpdateCode, upload))
      const published = await publishLayer(parts, { ...said, name }, stored)
      const { version } = published
      log.info({ layerName: name, version }, 'Layer published')
      const location = `/layers/${name}/versions/${version}`
      return reply.code(201).header('location', location).send(shown(published))
    },
  )
}

function shown(version: LayerVersion) {
  return { arn: layerVersionArn(version), ...version }
}
