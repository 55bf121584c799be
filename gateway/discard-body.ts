import type { FastifyReply, FastifyRequest } from 'fastify'

/** As much as the largest body that any route takes, and some more. */
const BYTES_MAX = 128 * 1024 * 1024
const MS_MAX = 2_000

/**
 * Takes what is left of a refused request's body off its connection, where that ends with the
 * answer: a hang-up with bytes unread is a reset to the caller, who then never sees why. (Where the
 * connection stays, Node does this after the answer.) Resolves when the body is over, or larger or
 * slower than is worth waiting for.
 */
export async function discardBody(
  { raw: request }: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  // The framework's own refusals end the connection by a header that Node has not seen yet.
  const ends = !reply.raw.shouldKeepAlive || reply.getHeader('connection') === 'close'
  if (request.complete || request.destroyed || !ends) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const late = setTimeout(resolve, MS_MAX)
  let bytes = 0
  const count = (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > BYTES_MAX) resolve()
  }
  request.on('data', count).once('end', resolve).once('close', resolve).once('error', resolve)
  request.resume()
  await promise
  clearTimeout(late)
  request.off('data', count)
}
