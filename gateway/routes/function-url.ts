import { METHODS } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'
import { FunctionUrl } from '../../core/functions/attachment.ts'
import { MAX_SYNC_BYTES } from '../../core/functions/function.ts'
import { splitTarget } from '../../core/functions/qualifier.ts'
import { depthField } from '../../core/invocations/depth.ts'
import { forgetContentType } from '../content-type.ts'
import { FUNCTION_URL_PREFIX } from '../function-url-host.ts'
import { urlEvent } from '../function-url-payload.ts'
import { sendStreamed, sendWhole } from '../function-url-reply.ts'
import { createUrl, deleteUrl, readUrl, updateUrl, urlText } from '../functions/urls.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { FunctionParams } from '../schemas/function.ts'

const { invokeMode } = FunctionUrl.properties

const Answer = Type.Object({
  functionName: Type.String(),
  url: Type.String(),
  urlId: Type.String(),
  invokeMode,
})

const Settings = Type.Union([
  Type.Object({ invokeMode: Type.Optional(invokeMode) }, { additionalProperties: false }),
  Type.Null({ description: 'No body: BUFFERED, or as it was' }),
])

/** Gives a function an address. */
export function functionUrlRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.put(
    '/functions/:name/url',
    {
      schema: {
        tags: ['Function URLs'],
        summary: 'Give a function an address',
        description:
          'Whoever reaches the gateway may call it there. 201 where it had none. With ' +
          '`invokeMode: RESPONSE_STREAM` the response leaves as the handler writes it.',
        params: FunctionParams,
        body: Settings,
        response: { 200: Answer, 201: Answer },
      },
      config: { errors: ['FunctionNotFound', 'FunctionChanged', 'SchedulerUnavailable'] },
    },
    async ({ params: { name }, body, headers, log }, reply) => {
      const of = { functionName: name }
      try {
        const url = await createUrl(parts, of, {
          authType: 'NONE',
          invokeMode: 'BUFFERED',
          ...body,
        })
        log.info({ functionName: name, urlId: url.urlId }, 'Function has an address')
        return reply.code(201).send(answer(name, url, headers.host))
      } catch (error) {
        if (!(error instanceof HearthError && error.code === 'UrlAlreadyExists')) throw error
        return answer(name, await updateUrl(parts, of, body ?? {}), headers.host)
      }
    },
  )

  app.get(
    '/functions/:name/url',
    {
      schema: {
        tags: ['Function URLs'],
        summary: 'Read the address of a function',
        params: FunctionParams,
        response: { 200: Answer },
      },
      config: { errors: ['FunctionNotFound', 'FunctionUrlNotFound'] },
    },
    async ({ params: { name }, headers }) =>
      answer(name, await readUrl(parts, { functionName: name }), headers.host),
  )

  app.delete(
    '/functions/:name/url',
    {
      schema: {
        tags: ['Function URLs'],
        summary: 'Take the address of a function away',
        params: FunctionParams,
        response: { 204: Type.Null({ description: 'Nobody is served there any more' }) },
      },
      config: { errors: ['FunctionNotFound', 'FunctionUrlNotFound'] },
    },
    async ({ params: { name } }, reply) => {
      await deleteUrl(parts, { functionName: name })
      return reply.code(204).send(null)
    },
  )
}

function answer(functionName: string, url: FunctionUrl, host?: string) {
  return { functionName, url: urlText(url, host), urlId: url.urlId, invokeMode: url.invokeMode }
}

/** What is asked of the addresses themselves. */
export function functionUrlHostRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  for (const method of METHODS) {
    if (method !== 'CONNECT' && !app.supportedMethods.includes(method)) {
      app.addHttpMethod(method, { hasBody: true })
    }
  }
  app.all<{ Params: { urlId: string }; Body: Buffer | undefined }>(
    `${FUNCTION_URL_PREFIX}/:urlId`,
    { bodyLimit: MAX_SYNC_BYTES, onRequest: forgetContentType, schema: { hide: true } },
    async (request, reply) => {
      const { urlId } = request.params
      const { target, invokeMode } = await parts.attachments.byUrlId(urlId)
      const body = request.body ?? (await unparsedBody(request))
      const event = eventOf(request, urlId, body)
      const asked = {
        id: request.id,
        ...splitTarget(target),
        event,
        ...depthField(request.headers['user-agent']),
      }
      reply.header('x-amzn-requestid', request.id)
      return invokeMode === 'RESPONSE_STREAM'
        ? sendStreamed(reply, await parts.link.invokeStream(asked))
        : sendWhole(reply, await parts.link.invoke(asked))
    },
  )
}

/** Throws PayloadTooLarge: what Base64 and headers add counts. */
function eventOf(request: FastifyRequest, urlId: string, body: Buffer): Buffer {
  const event = urlEvent({
    urlId,
    method: request.method,
    url: request.originalUrl,
    httpVersion: request.raw.httpVersion,
    rawHeaders: request.raw.rawHeaders,
    body,
    sourceIp: request.ip,
    requestId: request.id,
    host: request.headers.host ?? '',
    time: new Date(),
  })
  const bytes = Buffer.from(JSON.stringify(event))
  if (bytes.length > MAX_SYNC_BYTES) throw tooLarge()
  return bytes
}

/** GET and HEAD have a body seldom, and the framework leaves it on the connection. */
async function unparsedBody({ raw }: FastifyRequest): Promise<Buffer> {
  const announced = raw.headers['content-length'] ?? raw.headers['transfer-encoding']
  if (announced === undefined || raw.readableEnded) return Buffer.alloc(0)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of raw as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_SYNC_BYTES) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

function tooLarge(): HearthError {
  return new HearthError('PayloadTooLarge', { what: 'Request', limitBytes: MAX_SYNC_BYTES })
}
