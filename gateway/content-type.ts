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
  // Deleting it would make the object slow for all who read it after.
  request.raw.headers['content-type'] = undefined
  done()
}
