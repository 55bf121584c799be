import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { HearthError } from '../../core/errors.ts'
import { MAX_ASYNC_BYTES, MAX_SYNC_BYTES } from '../../core/functions/function.ts'
import { targetOf } from '../../core/functions/qualifier.ts'
import { depthField } from '../../core/invocations/depth.ts'
import type { InvocationState } from '../../core/invocations/invocation.ts'
import type { Timings } from '../../core/invocations/timings.ts'
import type { InvokeAnswer, InvokeRequest } from '../../core/links/invoke-link.ts'
import { traceField } from '../../core/trace-context.ts'
import { forgetContentType } from '../content-type.ts'
import { errorBody } from '../error-answer.ts'
import { fingerprint, idempotencyKey } from '../idempotency-key.ts'
import { checkDepth, readJson } from '../json-body.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { FunctionParams, QualifierQuery } from '../schemas/function.ts'
import { AcceptedInvocation } from '../schemas/invocation.ts'

const EMPTY_EVENT = Buffer.from('{}')
/** Up to this length a result goes out as text: Node sends text and headers as one piece, bytes as two. */
const TEXT_BYTES_MAX = 16 * 1024
const AsIs = Type.Any({ description: "The handler's JSON, as it is" })

/**
 * Calls a function. The event's bytes go to the handler as they came, whatever their content type
 * says; here nothing reads them. A caller that hangs up does not stop the invocation.
 */
export function invokeRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.post<{
    Params: { name: string }
    Querystring: { qualifier?: string }
    Body: Buffer | undefined
  }>(
    '/functions/:name/invocations',
    {
      bodyLimit: MAX_SYNC_BYTES,
      onRequest: forgetContentType,
      schema: {
        tags: ['Invocations'],
        summary: 'Call a function',
        description:
          'The body is the event: any JSON; empty means `{}`. With `Prefer: respond-async` the ' +
          'event is stored (1 MB at most) and the answer is 202 with the id of its invocation. ' +
          'With an `Idempotency-Key` beside it, a repeat within 24 hours gets the same id and runs ' +
          'nothing, also while the first is running.',
        params: FunctionParams,
        querystring: QualifierQuery,
        response: { 202: AcceptedInvocation },
      },
      config: {
        documentedBody: AsIs,
        documentedAnswers: { 200: AsIs },
        errors: [
          'InvalidRequest',
          'RecursiveInvocation',
          'FunctionNotFound',
          'InvalidJson',
          'JsonTooDeep',
          'PayloadTooLarge',
          'TooManyRequests',
          'QueueFull',
          'FunctionFailed',
          'FunctionTimedOut',
          'SchedulerUnavailable',
          'EngineUnavailable',
          'SandboxFailed',
        ],
      },
    },
    async (request, reply) => {
      const functionName = request.params.name
      const event = request.body?.length ? request.body : EMPTY_EVENT
      if (wantsNoAnswer(request.headers.prefer)) {
        const accepted = await accept(parts, request, event)
        reply.code(202).header('location', `/invocations/${accepted.id}`)
        return reply.header('preference-applied', 'respond-async').send(accepted)
      }
      if (request.headers['idempotency-key'] !== undefined) throw keyWithoutRecord()
      checkDepth(event)
      const answer = await parts.link.invoke(invokeRequest(request, event))
      reply.header('x-invocation-id', request.id)
      reply.header('server-timing', serverTiming(answer.timings, request.arrivedAt))
      reply.header('content-type', 'application/json')
      if (answer.functionError) return sendFailure(reply, functionName, answer)
      const { result } = answer
      // A page that a function has written is none of the API's origin.
      if (answer.contentType) return reply.type('application/octet-stream').send(result)
      if (result.length > TEXT_BYTES_MAX) return reply.send(result)
      return reply.serializer(asIs).send(result.toString())
    },
  )
}

type Request = FastifyRequest<{ Params: { name: string }; Querystring: { qualifier?: string } }>

/** Without a serialiser of its own Fastify adds a charset to the content type of text. */
const asIs = (text: unknown) => text as string

function wantsNoAnswer(prefer: string | string[] | undefined): boolean {
  return prefer !== undefined && /\brespond-async\b/i.test(String(prefer))
}

function invokeRequest(request: Request, event: Buffer): InvokeRequest {
  const { id, headers, params, query } = request
  const traceId = headers['x-amzn-trace-id']
  const call = {
    id,
    functionName: params.name,
    ...(query.qualifier !== undefined && { qualifier: query.qualifier }),
    event,
    ...depthField(headers['user-agent']),
    ...traceField(headers.traceparent),
  }
  return typeof traceId === 'string' ? { ...call, traceId } : call
}

async function accept(
  parts: GatewayParts,
  request: Request,
  event: Buffer,
): Promise<{ id: string; state?: InvocationState }> {
  if (event.length > MAX_ASYNC_BYTES) {
    const details = { what: 'Event of an asynchronous invocation', limitBytes: MAX_ASYNC_BYTES }
    throw new HearthError('PayloadTooLarge', details)
  }
  readJson(event)
  const functionName = targetOf(request.params.name, request.query.qualifier)
  const { 'user-agent': userAgent, traceparent } = request.headers
  const cause = { kind: 'request', ...depthField(userAgent), ...traceField(traceparent) } as const
  const key = idempotencyKey(request.headers)
  const { id, duplicate } = await parts.invocations.accept({
    id: request.id,
    functionName,
    event,
    cause,
    mustExist: true,
    ...(key !== undefined && { dedupeKey: `request:${fingerprint(functionName, key)}` }),
  })
  if (!duplicate) return { id, state: 'queued' }
  const known = await parts.invocations.find(id)
  return known ? { id, state: known.state } : { id }
}

/** A synchronous invocation leaves nothing by which a repeat would be known: it would run again. */
function keyWithoutRecord(): HearthError {
  const reason = 'Idempotency-Key needs "Prefer: respond-async" beside it'
  return new HearthError('InvalidRequest', { reason })
}

function sendFailure(
  reply: FastifyReply,
  functionName: string,
  answer: InvokeAnswer,
): FastifyReply {
  const { functionError, timings } = answer
  const { errorType = 'Unhandled', errorMessage = '' } = functionError ?? {}
  const error = answer.timedOut
    ? new HearthError('FunctionTimedOut', {
        name: functionName,
        timeoutSeconds: timeoutSeconds(errorMessage, timings),
      })
    : new HearthError('FunctionFailed', { name: functionName, errorType })
  return reply.code(error.status).send(errorBody(error, reply.request.id, functionError))
}

/** As the message of Sandbox.Timedout says it; else by the clock that ended the handler. */
function timeoutSeconds(message: string, timings: Timings): number {
  const [, seconds] = /timed out after ([\d.]+) seconds/.exec(message) ?? []
  return seconds === undefined ? Math.round(timings.handlerMs / 1000) : Number(seconds)
}

/** What the gateway itself took counts as response: the places together are the total. */
function serverTiming(timings: Timings, arrivedAt: number): string {
  const { queueMs, acquireMs, codeMs, initMs, handlerMs, start, why } = timings
  const total = performance.now() - arrivedAt
  const response = Math.max(0, total - queueMs - acquireMs - codeMs - initMs - handlerMs)
  const because = why === undefined ? '' : `, why;desc="${why}"`
  return (
    `queue;dur=${ms(queueMs)}, acquire;dur=${ms(acquireMs)};desc="${start}", code;dur=${ms(codeMs)}` +
    `, init;dur=${ms(initMs)}, handler;dur=${ms(handlerMs)}, response;dur=${ms(response)}` +
    `, total;dur=${ms(total)}${because}`
  )
}

/** Two places are enough, and rounding is cheaper than toFixed. */
function ms(value: number): number {
  return Math.round(value * 100) / 100
}
