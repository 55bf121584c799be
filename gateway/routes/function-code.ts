import { randomUUID } from 'node:crypto'
import multipart from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import {
  DEFAULT_CONFIGURATION,
  type FunctionDefinition,
  functionArn,
} from '../../core/functions/function.ts'
import { LATEST } from '../../core/functions/qualifier.ts'
import { CODE_BODY_BYTES, MULTIPART_OPTIONS, packageOf, readForm } from '../code-upload.ts'
import { deployChange, deployNew, requireRevision } from '../deployment.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import {
  CreateFunction,
  CreateFunctionForm,
  FunctionParams,
  RevisionQuery,
  ShownFunction,
  UpdateCode,
  UpdateCodeForm,
  ZipBytes,
} from '../schemas/function.ts'
import { checkConfiguration } from './functions.ts'

const CODE_ERRORS = [
  'InvalidCodePackage',
  'PayloadTooLarge',
  'UnsupportedMediaType',
  'SchedulerUnavailable',
] as const

/** Creates a function. */
export function createFunctionRoute(app: GatewayApp, parts: GatewayParts): void {
  takeForms(app)
  app.post<{ Body: CreateFunction }>(
    '/functions',
    {
      bodyLimit: CODE_BODY_BYTES,
      preValidation: readForm,
      schema: {
        tags: ['Functions'],
        summary: 'Create a function',
        description:
          'Code comes in exactly one way: `source`, `files`, `zip`, or the part `code` of a form.',
        body: {
          content: {
            'application/json': { schema: CreateFunction },
            'multipart/form-data': { schema: CreateFunctionForm },
          },
        },
        response: { 201: ShownFunction },
      },
      config: { errors: [...CODE_ERRORS, 'FunctionAlreadyExists', 'LayerNotFound'] },
    },
    async ({ body, upload, caller, log }, reply) => {
      const { source, files, zip, name, layers = [], ...given } = body
      caller?.requireAllowed({ action: 'lambda:CreateFunction', resource: functionArn(name) })
      checkConfiguration(given)
      const code = await packageOf({ source, files, zip } as UpdateCode, upload)
      const now = new Date().toISOString()
      const definition: FunctionDefinition = {
        name,
        arn: functionArn(name),
        ...DEFAULT_CONFIGURATION,
        ...withoutCode(given),
        layers: await parts.layers.use(layers),
        ...(await parts.code.put(code)),
        version: LATEST,
        state: 'Active',
        revisionId: randomUUID(),
        createdAt: now,
        lastModified: now,
      }
      await deployNew(parts, definition)
      log.info({ functionName: name }, 'Function created')
      return reply.code(201).header('location', `/functions/${name}`).send(definition)
    },
  )
}

/** Gives a function other code. */
export function updateCodeRoute(app: GatewayApp, parts: GatewayParts): void {
  takeForms(app)
  app.addContentTypeParser<Buffer>('application/zip', { parseAs: 'buffer' }, takeZip)
  app.put<{ Body: UpdateCode; Params: { name: string }; Querystring: { revisionId?: string } }>(
    '/functions/:name/code',
    {
      bodyLimit: CODE_BODY_BYTES,
      preValidation: readForm,
      schema: {
        tags: ['Functions'],
        summary: 'Give a function other code',
        description: 'Calls that begin after the answer run the new code.',
        params: FunctionParams,
        querystring: RevisionQuery,
        body: {
          content: {
            'application/json': { schema: UpdateCode },
            'multipart/form-data': { schema: UpdateCodeForm },
            'application/zip': { schema: ZipBytes },
          },
        },
        response: { 200: ShownFunction },
      },
      config: {
        errors: [...CODE_ERRORS, 'FunctionNotFound', 'RevisionMismatch', 'FunctionChanged'],
      },
    },
    async ({ params: { name }, query, body, upload, log }) => {
      requireRevision(await parts.functions.read(name), query.revisionId)
      const code = await packageOf(body, upload)
      const of = { name, expectedRevisionId: query.revisionId }
      const changed = await deployChange(parts, of, await parts.code.put(code))
      log.info({ functionName: name }, 'Function has new code')
      return changed
    },
  )
}

export function takeForms(app: GatewayApp): void {
  app.register(multipart, MULTIPART_OPTIONS)
  app.decorateRequest('upload', undefined)
}

export function takeZip(
  request: FastifyRequest,
  bytes: Buffer,
  done: (error: null, body: UpdateCode) => void,
): void {
  request.upload = { fileName: 'body.zip', bytes }
  done(null, {})
}

/** The body of a form still holds the mark that its file was there. */
function withoutCode<T extends object>(body: T): T {
  const { code: _mark, ...rest } = body as T & { code?: unknown }
  return rest as T
}
