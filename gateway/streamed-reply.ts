import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { StreamedAnswer } from '../core/links/invoke-link.ts'

/** A caller who takes nothing for so long after the function has ended is cut off. */
const STALL_MS = 60_000

/**
 * Sends `bytes`, made of the chunks of a streamed answer, as they come and no faster than the caller
 * reads. While the function runs, its timeout bounds that. A caller who hangs up does not stop it:
 * what it still writes is dropped. An error of `bytes` breaks the connection off.
 */
export function sendAsItComes(
  reply: FastifyReply,
  { chunks, done }: Pick<StreamedAnswer, 'chunks' | 'done'>,
  bytes: AsyncIterable<Uint8Array>,
): FastifyReply {
  const { raw } = reply
  raw.once('close', () => chunks.destroy())
  const limitWait = () => raw.setTimeout(STALL_MS, () => raw.destroy())
  done.then(limitWait, limitWait)
  return reply.send(Readable.from(bytes, { objectMode: false }))
}
