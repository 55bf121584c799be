import { METHODS } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { HearthError } from '../../core/errors.ts'
import type { FunctionUrl } from '../../core/functions/attachment.ts'
import { MAX_SYNC_BYTES } from '../../core/functions/function.ts'
import { splitTarget } from '../../core/functions/qualifier.ts'
import { depthField } from '../../core/invocations/depth.ts'
import type { InvokeRequest } from '../../core/links/invoke-link.ts'
import { traceField } from '../../core/trace-context.ts'
import { forgetContentType } from '../content-type.ts'
import { type UrlCaller, urlAccess } from '../function-url-access.ts'
import { corsHeaders, isPreflight } from '../function-url-cors.ts'
import { answerUrlError } from '../function-url-error.ts'
import { FUNCTION_URL_PREFIX } from '../function-url-host.ts'
import { urlEvent } from '../function-url-payload.ts'
import { sendStreamed, sendWhole } from '../function-url-reply.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'

/** What is asked of the addresses themselves. */
export function functionUrlRequestRoutes(app: GatewayApp, parts: GatewayParts): void {
  const access = urlAccess(parts)
  app.setErrorHandler(answerUrlError)
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
      const url = await parts.attachments.byUrlId(request.params.urlId)
      reply.header('x-amzn-requestid', request.id)
      const { method, headers } = request
      if (url.cors) {
        for (const header of corsHeaders(url.cors, method, headers)) reply.header(...header)
        if (isPreflight(method, headers)) return reply.code(200).send()
      }
      const body = request.body ?? (await unparsedBody(request))
      const caller = access(request, { ...url, body })
      const asked = invokeRequest(request, { url, body, caller })
      return url.invokeMode === 'RESPONSE_STREAM'
        ? sendStreamed(reply, await parts.link.invokeStream(asked))
        : sendWhole(reply, await parts.link.invoke(asked))
    },
  )
}

/** Throws PayloadTooLarge: what Base64 and headers add counts. */
function invokeRequest(
  request: FastifyRequest,
  of: { url: FunctionUrl & { target: string }; body: Buffer; caller: UrlCaller | undefined },
): InvokeRequest {
  const { urlId, target } = of.url
  const event = urlEvent({
    urlId,
    method: request.method,
    url: request.originalUrl,
    httpVersion: request.raw.httpVersion,
    rawHeaders: request.raw.rawHeaders,
    body: of.body,
    sourceIp: request.ip,
    requestId: request.id,
    host: request.headers.host ?? '',
    time: new Date(),
    caller: of.caller,
  })
  const bytes = Buffer.from(JSON.stringify(event))
  if (bytes.length > MAX_SYNC_BYTES) throw tooLarge()
  const traceId = event.headers['x-amzn-trace-id']
  return {
    id: request.id,
    ...splitTarget(target),
    event: bytes,
    byUrl: true,
    // As Lambda does where the function's reserved concurrency is used up.
    atOnce: true,
    ...(traceId !== undefined && { traceId }),
    ...depthField(request.headers['user-agent']),
    ...traceField(request.headers.traceparent),
  }
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
