import type { FastifyReply, FastifyRequest } from 'fastify'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import { HearthError } from '../../core/errors.ts'
import { forgetContentType } from '../content-type.ts'
import { discardBody } from '../discard-body.ts'
import { hearthErrorOf } from '../error-answer.ts'
import { readFields } from '../json-body.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { LambdaError, lambdaErrorOf } from './lambda-error.ts'
import { locationOf } from './members.ts'
import { isMeant, type Operation } from './operation.ts'
import { OPERATIONS } from './operations.ts'
import { violationsOf } from './violations.ts'

/** What a request for anything but code may have. */
const BODY_BYTES = 1024 * 1024

/** Lambda's own API, under its dated paths: https://docs.aws.amazon.com/lambda/latest/api/ */
export function lambdaRoutes(app: GatewayApp, parts: GatewayParts): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.setErrorHandler(answerLambdaError)
  for (const [route, operations] of byRoute()) {
    const [method = '', url = ''] = route.split(' ')
    const prepared = operations.map(prepare)
    const limits = operations.map(({ bodyLimit = BODY_BYTES }) => bodyLimit)
    app.route({
      method,
      url,
      bodyLimit: Math.max(...limits),
      onRequest: forgetContentType,
      schema: { hide: true },
      config: { operation: operations[0]?.name ?? '' },
      handler: async (request, reply) => {
        const asked = request.query as Record<string, unknown>
        const chosen = prepared.find(({ of }) => isMeant(of, asked)) as Prepared
        return answer(chosen, { parts, request, reply })
      },
    })
  }
}

/** Answers for a dated path that is none of Lambda's. */
export function unknownOperation(method: string, path: string): LambdaError {
  return new LambdaError(
    'UnknownOperationException',
    `Lambda has no operation ${method} ${path.slice(0, 200)}`,
  )
}

interface Prepared {
  of: Operation
  read(request: FastifyRequest): unknown
}

function byRoute(): Map<string, Operation[]> {
  const routes = new Map<string, Operation[]>()
  for (const one of OPERATIONS) {
    const there = routes.get(one.route) ?? []
    // Those that the query names come first.
    routes.set(one.route, one.when ? [one, ...there] : [...there, one])
  }
  return routes
}

/** Makes the one input out of path, query and body, and checks it. */
function prepare(of: Operation): Prepared {
  const validator = Compile(of.input)
  const members = Object.entries(of.input.properties)
  const inQuery = members.filter(([, schema]) => locationOf(schema).in === 'query')
  return {
    of,
    read(request) {
      const input: Record<string, unknown> = of.isPayload ? {} : bodyOf(request)
      Object.assign(input, request.params)
      const asked = request.query as Record<string, unknown>
      for (const [name, schema] of inQuery) {
        const value = asked[locationOf(schema).at ?? name]
        if (value === undefined) delete input[name]
        else input[name] = Value.Convert(schema, value)
      }
      if (validator.Check(input)) return input
      throw violationsOf(of.input, input, validator.Errors(input))
    },
  }
}

/** Members that are null count as not sent. */
function bodyOf({ body }: FastifyRequest): Record<string, unknown> {
  if (!Buffer.isBuffer(body) || body.length === 0) return {}
  let value: unknown
  try {
    value = readFields(body)
  } catch (cause) {
    const { message } = cause as Error
    throw new LambdaError('SerializationException', message, { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new LambdaError('SerializationException', 'Body must be a JSON object')
  }
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null))
}

async function answer(
  { of, read }: Prepared,
  call: { parts: GatewayParts; request: FastifyRequest; reply: FastifyReply },
): Promise<unknown> {
  const { request, reply } = call
  reply.header('x-amzn-requestid', request.id)
  const output = await of.run(call, read(request) as never)
  if (reply.sent || output === reply) return reply
  reply.code(of.status)
  if (output === undefined) return reply.send()
  return reply.header('content-type', 'application/json').send(JSON.stringify(output))
}

/** Whatever was thrown, as Lambda would say it; the log has what the caller is not told. */
export async function answerLambdaError(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const error = thrown instanceof LambdaError ? thrown : fromOthers(thrown, request)
  const { cause } = error
  if (cause instanceof HearthError && cause.blame === 'platform') {
    const { id: requestId, url } = request
    request.log.error({ err: thrown, code: cause.code, requestId, url }, cause.message)
  }
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds)
  await discardBody(request, reply)
  await reply
    .code(error.status)
    .header('x-amzn-requestid', request.id)
    .header('x-amzn-errortype', error.type)
    .header('content-type', 'application/json')
    .send(JSON.stringify(error.body))
}

function fromOthers(thrown: unknown, request: FastifyRequest): LambdaError {
  const { bodyLimit = BODY_BYTES, config } = request.routeOptions ?? {}
  if ((thrown as { code?: unknown }).code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    // Lambda calls this one so, here alone.
    const { operation: name = 'unknown' } = config ?? {}
    const operation = name === 'Invoke' ? 'InvokeFunction' : name
    return new LambdaError(
      'RequestEntityTooLargeException',
      `Request must be smaller than ${bodyLimit} bytes for the ${operation} operation`,
    )
  }
  return lambdaErrorOf(
    hearthErrorOf(thrown, { bodyLimitBytes: bodyLimit, contentType: 'application/json' }),
  )
}
