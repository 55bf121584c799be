import type { FastifyReply, FastifyRequest } from 'fastify'
import { forgetContentType } from '../content-type.ts'
import { discardBody } from '../discard-body.ts'
import type { GatewayApp, GatewayParts } from '../parts.ts'
import { EVENT_BUS_ARN } from '../resource.ts'
import { type AwsError, awsErrorOf, type CommonErrors } from './aws-error.ts'
import type { Call } from './operation.ts'
import { AWS_PREFIX, type AwsService, accessKeyOf } from './signed-service.ts'

/** No call of these services is larger: ten events of EventBridge have 1 MB together. */
const BODY_BYTES_MAX = 1536 * 1024

/** One request to a service, its body read and nothing of it parsed. */
export interface ServiceRequest {
  method: string
  /** As it was sent, query and all. */
  url: string
  headers: FastifyRequest['headers']
  body: Buffer
}

export interface ServiceAnswer {
  status: number
  contentType: string
  /** Of one of AWS's errors; absent where the answer is none. */
  errorCode?: string
  body: string
}

/** How a service is spoken to. */
export interface Protocol {
  common: CommonErrors
  /** Throws AwsError. */
  answer(request: ServiceRequest, call: Call): Promise<ServiceAnswer>
  error(error: AwsError, requestId: string): ServiceAnswer
}

/** The one route of a service, to which requests come that are signed for it. */
export function serviceRoutes(service: AwsService, protocol: Protocol) {
  return (app: GatewayApp, parts: GatewayParts): void => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    app.setErrorHandler(async (thrown, request, reply) => {
      const error = awsErrorOf(thrown, protocol.common, BODY_BYTES_MAX)
      if (error.status >= 500) {
        const { id: requestId } = request
        request.log.error({ err: thrown, code: error.code, requestId, service }, error.message)
      }
      await discardBody(request, reply)
      return send(reply, protocol.error(error, request.id))
    })
    app.all<{ Body: Buffer | undefined }>(
      `${AWS_PREFIX}/${service}`,
      { bodyLimit: BODY_BYTES_MAX, onRequest: forgetContentType, schema: { hide: true } },
      async (request, reply) => {
        const { method, originalUrl: url, headers, body = Buffer.alloc(0), caller } = request
        const call: Call = {
          parts,
          accessKey: accessKeyOf({ url, headers }),
          requireAllowed: (name, given = '*') => {
            // As at AWS, everybody may ask who they are.
            if (name === 'GetCallerIdentity') return
            const resource = name === 'PutEvents' ? EVENT_BUS_ARN : given
            caller?.requireAllowed({ action: `${service}:${name}`, resource })
          },
          requireInvocable: (resource) =>
            caller?.requireAllowed({ action: 'lambda:InvokeFunction', resource }),
          requestId: request.id,
          userAgent: headers['user-agent'],
        }
        return send(reply, await protocol.answer({ method, url, headers, body }, call))
      },
    )
  }
}

function send(reply: FastifyReply, answer: ServiceAnswer): FastifyReply {
  reply.code(answer.status).header('x-amzn-requestid', reply.request.id)
  if (answer.errorCode !== undefined) reply.header('x-amzn-errortype', answer.errorCode)
  return reply.type(answer.contentType).send(answer.body)
}
