import type { IncomingMessage, ServerResponse } from 'node:http'

/** As much as the largest body that any route takes, and some more. */
const BYTES_MAX = 128 * 1024 * 1024
const MS_MAX = 2_000

/**
 * Takes what is left of a refused request's body off its connection, where that ends with the
 * answer: a hang-up with bytes unread is a reset to the caller, who then never sees why. (Where the
 * connection stays, Node does this after the answer.) Resolves when the body is over, or larger or
 * slower than is worth waiting for.
 */
export async function discardBody(request: IncomingMessage, answer: ServerResponse): Promise<void> {
  if (request.complete || request.destroyed || answer.shouldKeepAlive) return
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
