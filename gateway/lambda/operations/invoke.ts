import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { MAX_ASYNC_BYTES, MAX_SYNC_BYTES } from '../../../core/functions/function.ts'
import { LATEST, targetOf } from '../../../core/functions/qualifier.ts'
import { depthField } from '../../../core/invocations/depth.ts'
import type { InvokeAnswer, InvokeRequest } from '../../../core/links/invoke-link.ts'
import { traceField } from '../../../core/trace-context.ts'
import { resolveVersion } from '../../functions/resolve-version.ts'
import { checkDepth, readJson } from '../../json-body.ts'
import { type FunctionReference, readName, readReference } from '../function-reference.ts'
import { invalidParameter, LambdaError } from '../lambda-error.ts'
import { LongFunctionReference, o, QualifierMember } from '../members.ts'
import { type OperationCall, operation } from '../operation.ts'

const EMPTY_EVENT = Buffer.from('{}')
/** Of the decoded context: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const CLIENT_CONTEXT_BYTES = 3583
const EVENT_BYTES_INVOKE_ASYNC = 256 * 1024
/** Up to this length a result goes out as text: Node sends text and headers as one piece, bytes as two. */
const TEXT_BYTES_MAX = 16 * 1024

const Input = Type.Object({ FunctionName: LongFunctionReference, Qualifier: o(QualifierMember) })

const invoke = operation({
  name: 'Invoke',
  route: 'POST /2015-03-31/functions/:FunctionName/invocations',
  status: 200,
  bodyLimit: MAX_SYNC_BYTES,
  isPayload: true,
  input: Input,
  async run(call, input) {
    const { parts, request, reply } = call
    const reference = readReference(input)
    const event = eventOf(request)
    const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse'
    if (type === 'DryRun') {
      await resolveVersion(parts, reference)
      return reply.code(204).send()
    }
    if (type === 'Event') {
      await accept(call, reference, { event, limitBytes: MAX_ASYNC_BYTES })
      return reply.code(202).send()
    }
    if (type !== 'RequestResponse') throw unknownType(String(type))
    checkDepth(event)
    const answer = await parts.link.invoke(invokeRequest(request, reference, event))
    return send(call, answer)
  },
})

const invokeAsync = operation({
  name: 'InvokeAsync',
  route: 'POST /2014-11-13/functions/:FunctionName/invoke-async',
  status: 202,
  bodyLimit: MAX_SYNC_BYTES,
  isPayload: true,
  input: Type.Object({ FunctionName: LongFunctionReference }),
  async run(call, input) {
    const event = eventOf(call.request)
    const reference = { functionName: readName(input) }
    await accept(call, reference, { event, limitBytes: EVENT_BYTES_INVOKE_ASYNC })
    return { Status: 202 }
  },
})

export function eventOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) && body.length > 0 ? body : EMPTY_EVENT
}

/** What is asked of a scheduler. Throws InvalidRequestContentException. */
export function invokeRequest(
  request: FastifyRequest,
  { functionName, qualifier }: FunctionReference,
  event: Buffer,
): InvokeRequest {
  const { id, headers } = request
  const traceId = headers['x-amzn-trace-id']
  const clientContext = clientContextOf(headers['x-amz-client-context'])
  return {
    id,
    functionName,
    event,
    // As Lambda does where the function's reserved concurrency is used up: its caller tries again.
    atOnce: true,
    ...depthField(headers['user-agent']),
    ...traceField(headers.traceparent),
    ...(qualifier !== undefined && { qualifier }),
    ...(typeof traceId === 'string' && { traceId }),
    ...(clientContext !== undefined && { clientContext }),
    ...(headers['x-amz-log-type'] === 'Tail' && { logTail: true }),
  }
}

function clientContextOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  const text = Buffer.from(String(header), 'base64').toString()
  if (Buffer.byteLength(text) > CLIENT_CONTEXT_BYTES) {
    throw invalidParameter(
      `Client context must be no more than ${CLIENT_CONTEXT_BYTES} bytes when decoded.`,
    )
  }
  try {
    JSON.parse(text)
  } catch (cause) {
    const message = 'Client context must be a valid Base64-encoded JSON object.'
    throw new LambdaError('InvalidRequestContentException', message, { cause })
  }
  return text
}

async function accept(
  { parts, request, reply }: OperationCall,
  { functionName, qualifier }: FunctionReference,
  { event, limitBytes }: { event: Buffer; limitBytes: number },
): Promise<void> {
  if (event.length > limitBytes) {
    throw new LambdaError(
      'RequestTooLargeException',
      `${event.length} byte payload is too large for the Event invocation type (limit ${limitBytes} bytes)`,
    )
  }
  readJson(event)
  await parts.invocations.accept({
    id: request.id,
    functionName: targetOf(functionName, qualifier),
    event,
    cause: {
      kind: 'request',
      ...depthField(request.headers['user-agent']),
      ...traceField(request.headers.traceparent),
    },
    mustExist: true,
  })
  reply.header('x-amzn-remapped-content-length', '0')
}

function send(call: OperationCall, answer: InvokeAnswer): unknown {
  const { reply } = call
  const { executedVersion, functionError, result, contentType, logTail } = answer
  reply.header('x-amz-executed-version', executedVersion || LATEST)
  reply.header('content-type', 'application/json')
  if (logTail !== undefined) {
    reply.header('x-amz-log-result', Buffer.from(logTail).toString('base64'))
  }
  if (functionError) {
    reply.header('x-amz-function-error', 'Unhandled')
    return reply.serializer(asIs).send(JSON.stringify(functionError))
  }
  // A page that a function has written is none of the API's origin.
  if (contentType !== undefined) return reply.type('application/octet-stream').send(result)
  if (result.length > TEXT_BYTES_MAX) return reply.send(result)
  return reply.serializer(asIs).send(result.toString())
}

/** Without a serialiser of its own Fastify adds a charset to the content type of text. */
const asIs = (text: unknown) => text as string

function unknownType(type: string): LambdaError {
  return new LambdaError(
    'ValidationException',
    `1 validation error detected: Value '${type.slice(0, 100)}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]`,
  )
}

export const INVOKE_OPERATIONS = [invoke, invokeAsync]
