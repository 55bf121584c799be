import { finished } from 'node:stream'
import type { InitMessage, InvokeMessage } from '../core/protocol.ts'
import { createContext, type LambdaContext } from './context.ts'
import { isThenable, type OnEmptyLoop } from './handler-call.ts'
import type { ResponseStream } from './response-stream.ts'
import { RuntimeError } from './runtime-error.ts'

export type StreamingHandler = (
  event: unknown,
  stream: ResponseStream,
  context: LambdaContext,
) => unknown

/** Libraries look for these, so they are Lambda's own. */
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming')
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark')
const STREAMS = 'response'

interface Marked {
  [STREAMING]?: unknown
  [HIGH_WATER_MARK]?: unknown
}

/**
 * Makes the global `awslambda`, as Lambda's Node runtime has it:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
 */
export function offerStreaming(): void {
  const awslambda = {
    /** Marks a handler that takes `(event, responseStream, context)`. */
    streamifyResponse<H extends object>(handler: H, options?: { highWaterMark?: unknown }): H {
      const highWaterMark = options?.highWaterMark
      Object.assign(handler, { [STREAMING]: STREAMS })
      if (typeof highWaterMark === 'number') {
        Object.assign(handler, { [HIGH_WATER_MARK]: Math.trunc(highWaterMark) })
      }
      return handler
    },
    /** `from` gives a response its status, headers and cookies: a function URL sends them. */
    HttpResponseStream: {
      from(stream: ResponseStream, metadata: unknown): ResponseStream {
        stream.setHttpPrelude(metadata)
        return stream
      },
    },
  }
  Object.assign(globalThis, { awslambda })
}

/** What a handler was marked with, where it streams. */
export function streamingOf(
  handler: object,
): { handler: StreamingHandler; highWaterMark: number | undefined } | undefined {
  const marked = handler as Marked
  if (marked[STREAMING] !== STREAMS) return undefined
  const highWaterMark = marked[HIGH_WATER_MARK] as number | undefined
  return { handler: handler as StreamingHandler, highWaterMark }
}

export interface StreamingCall {
  handler: StreamingHandler
  event: unknown
  init: InitMessage
  invoke: InvokeMessage
  stream: ResponseStream
  onEmptyLoop: OnEmptyLoop
}

/**
 * Resolves when the handler has come to its end and all that it wrote has left. A stream that is
 * still open when nothing is left that could write to it ends then. Rejects with what the handler
 * throws or destroys the stream with; nothing is sent after that.
 */
export async function callStreamingHandler(call: StreamingCall): Promise<void> {
  const { handler, event, stream } = call
  const end = Promise.withResolvers<void>()
  end.promise.catch(() => undefined) // The handler's own error comes first.
  finished(stream, (error) => (error ? end.reject(error) : end.resolve()))
  let stopListening = () => {}
  try {
    const context = createContext(call.init, call.invoke, (error) => {
      if (error === undefined || error === null) stream.end()
      else end.reject(error)
    })
    const returned = handler(event, stream, context)
    if (!isThenable(returned)) {
      throw new RuntimeError(
        'Runtime.MalformedStreamingHandler',
        'Streaming does not support non-async handlers.',
      )
    }
    const settled = returned.then(() => {
      stopListening = call.onEmptyLoop(() => stream.end())
    })
    await Promise.all([settled, end.promise])
  } finally {
    stopListening()
    stream.destroy()
  }
}
