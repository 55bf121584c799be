import type { FastifyReply, FastifyRequest } from 'fastify'
import { discardBody } from '../discard-body.ts'
import { buildXml } from './s3-error.ts'
import { AWS_SERVICES, scopedService } from './signed-service.ts'

const HERE: ReadonlySet<string> = new Set(['lambda', ...AWS_SERVICES])

/** The service that a request was signed for, where it is none of this platform's. */
export function otherService(request: FastifyRequest): string | undefined {
  const { headers, originalUrl: url } = request
  const service = scopedService({ headers, url })
  return service === undefined || HERE.has(service) ? undefined : service
}

/** Tells clients of a service that is not here so in a form that they can read. */
export async function refuseOtherService(
  service: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const message = `Service ${service} is not available on this platform.`
  const isForm = String(request.headers['content-type']).includes('x-www-form-urlencoded')
  await discardBody(request, reply)
  reply.code(400).header('x-amzn-requestid', request.id)
  if (isForm) {
    const said = { Type: 'Sender', Code: 'InvalidAction', Message: message }
    const xml = buildXml({ ErrorResponse: { Error: said, RequestId: request.id } })
    await reply.type('text/xml').send(xml)
    return
  }
  const type = 'UnknownOperationException'
  await reply
    .header('x-amzn-errortype', type)
    .type('application/json')
    .send(JSON.stringify({ __type: type, message }))
}
