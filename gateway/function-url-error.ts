import type { FastifyReply, FastifyRequest } from 'fastify'
import { MAX_SYNC_BYTES } from '../core/functions/function.ts'
import { discardBody } from './discard-body.ts'
import { hearthErrorOf } from './error-answer.ts'
import { lambdaErrorOf } from './lambda/lambda-error.ts'

const FORBIDDEN =
  'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html'

/** What an address answers itself, by the platform's error; the text is null where nobody is there. */
const ROWS: Readonly<Record<string, [type: string, status: number, message: string | null]>> = {
  FunctionUrlNotFound: ['AccessDeniedException', 403, null],
  // Taken away between looking it up and calling it.
  FunctionNotFound: ['AccessDeniedException', 403, null],
  Unauthorized: ['AccessDeniedException', 403, FORBIDDEN],
  ForeignOrigin: ['AccessDeniedException', 403, FORBIDDEN],
  AccessDenied: ['AccessDeniedException', 403, FORBIDDEN],
  PayloadTooLarge: [
    'RequestEntityTooLargeException',
    413,
    `Request must be smaller than ${MAX_SYNC_BYTES} bytes for the InvokeFunction operation`,
  ],
}

/** Answers whatever was thrown as an address of Lambda does; the log has what the caller is not told. */
export async function answerUrlError(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const error = hearthErrorOf(thrown, { bodyLimitBytes: MAX_SYNC_BYTES, contentType: 'none' })
  if (error.blame === 'platform') {
    const { id: requestId, originalUrl: url } = request
    request.log.error({ err: thrown, code: error.code, requestId, url }, error.message)
  }
  const said = lambdaErrorOf(error)
  const [type, status, message] = ROWS[error.code] ?? [said.type, said.status, said.message]
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds)
  await discardBody(request, reply)
  await reply
    .code(status)
    .header('x-amzn-requestid', request.id)
    .header('x-amzn-errortype', type)
    .header('content-type', 'application/json')
    // As bytes: to text the framework would add a charset.
    .send(Buffer.from(JSON.stringify({ Message: message })))
}
