import { EventStreamCodec } from '@smithy/core/event-streams'
import { HearthError } from '../../core/errors.ts'
import type { InvokeAnswer, StreamedAnswer } from '../../core/links/invoke-link.ts'

/** Content type of the answer to InvokeWithResponseStream. */
export const EVENT_STREAM_TYPE = 'application/vnd.amazon.eventstream'

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString(),
  (text) => Buffer.from(text),
)

/**
 * The frames of InvokeWithResponseStream: a PayloadChunk for whatever the handler has written, as
 * it comes, and InvokeComplete at the end, which also says what went wrong:
 * https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html
 */
export async function* eventStreamOf({
  chunks,
  done,
}: Pick<StreamedAnswer, 'chunks' | 'done'>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks as AsyncIterable<Buffer>) {
    yield frame('PayloadChunk', 'application/octet-stream', chunk)
  }
  const complete = await done.then(completeOf, faultOf)
  yield frame('InvokeComplete', 'application/json', Buffer.from(JSON.stringify(complete)))
}

interface InvokeComplete {
  ErrorCode?: string
  /** JSON of the error, as the function's own answer would have it. */
  ErrorDetails?: string
  LogResult?: string
}

function completeOf({ functionError, logTail }: InvokeAnswer): InvokeComplete {
  return {
    ...(functionError && {
      ErrorCode: 'Unhandled',
      ErrorDetails: JSON.stringify(functionError),
    }),
    ...(logTail !== undefined && { LogResult: Buffer.from(logTail).toString('base64') }),
  }
}

/** The status has left already: what the platform did wrong can only be said here. */
function faultOf(error: unknown): InvokeComplete {
  const { message } = error instanceof HearthError ? error : new HearthError('Internal')
  return { ErrorCode: 'ServiceException', ErrorDetails: message }
}

function frame(event: string, contentType: string, body: Uint8Array): Uint8Array {
  const text = (value: string) => ({ type: 'string', value }) as const
  const headers = {
    ':message-type': text('event'),
    ':event-type': text(event),
    ':content-type': text(contentType),
  }
  return codec.encode({ headers, body })
}
