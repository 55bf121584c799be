import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * For routes to which a body is bytes: any content type does, one that is none included. What was
 * sent stays in `rawHeaders`.
 */
export function forgetContentType(
  request: FastifyRequest,
  _reply: FastifyReply,
  done: () => void,
): void {
  delete request.raw.headers['content-type']
  done()
}
