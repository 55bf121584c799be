import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { HearthError } from '../core/errors.ts'
import type { InvokeAnswer, StreamedAnswer } from '../core/links/invoke-link.ts'
import { HTTP_RESPONSE_TYPE } from '../core/protocol.ts'
import { addHeader } from './function-url-cors.ts'
import { FAILED, type UrlHead, urlAnswer } from './function-url-payload.ts'
import { readPrelude } from './http-prelude.ts'
import { sendAsItComes } from './streamed-reply.ts'

/** Answers a function URL with what a handler has returned. */
export function sendWhole(reply: FastifyReply, answer: InvokeAnswer): unknown {
  if (answer.functionError) return sendFailure(reply)
  const { contentType, result } = answer
  if (contentType !== undefined) {
    const chunks = Readable.from([result], { objectMode: false })
    return sendStreamed(reply, { ...answer, contentType, chunks, done: Promise.resolve(answer) })
  }
  const { body, ...head } = urlAnswer(result)
  return withHead(reply, head).send(body)
}

/**
 * Answers a function URL with what a handler writes, as it comes. A handler that fails before its
 * first byte gives 502; after it, the connection breaks off, so that nobody takes the
 * bytes for the whole.
 */
export async function sendStreamed(
  reply: FastifyReply,
  streamed: StreamedAnswer,
): Promise<unknown> {
  const bytes = streamed.chunks[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>
  if (streamed.contentType === HTTP_RESPONSE_TYPE) {
    const opened = await readPrelude(bytes)
    if (opened) {
      withHead(reply, opened.head)
      return sendAsItComes(reply, streamed, wholeOrBroken(opened.rest, bytes, streamed.done))
    }
    streamed.chunks.destroy()
    return sendFailure(reply)
  }
  const first = await bytes.next()
  if (first.done) {
    const answer = await streamed.done
    if (answer.functionError) return sendFailure(reply)
  }
  reply.header('content-type', streamed.contentType)
  const start = first.done ? Buffer.alloc(0) : first.value
  return sendAsItComes(reply, streamed, wholeOrBroken(start, bytes, streamed.done))
}

async function* wholeOrBroken(
  start: Buffer,
  bytes: AsyncIterable<Buffer>,
  done: Promise<InvokeAnswer>,
): AsyncGenerator<Buffer> {
  if (start.length > 0) yield start
  yield* bytes
  const { functionError } = await done
  if (functionError) {
    throw new HearthError('FunctionFailed', {
      name: 'of the URL',
      errorType: functionError.errorType,
    })
  }
}

function sendFailure(reply: FastifyReply): FastifyReply {
  const { body, ...head } = FAILED
  return withHead(reply, head).send(body)
}

function withHead(reply: FastifyReply, { status, headers }: UrlHead): FastifyReply {
  reply.code(status)
  const cookies: string[] = []
  for (const [name, value] of headers) {
    if (name === 'set-cookie') cookies.push(value)
    else addHeader(reply, name, value)
  }
  return cookies.length > 0 ? reply.header('set-cookie', cookies) : reply
}
