import type { InitMessage, InvokeMessage } from '../core/protocol.ts'
import { createContext, type LambdaContext } from './context.ts'
import { RuntimeError } from './runtime-error.ts'

export type Handler = (
  event: unknown,
  context: LambdaContext,
  callback: (error?: unknown, value?: unknown) => void,
) => unknown

/** Lambda's cap on an answer: 6 MiB and 100 bytes. */
export const MAX_RESULT_BYTES = 6_291_556

const CALLBACK_PARAMETERS = 3

/** Tells when the handler has nothing left to do; the returned function stops listening. */
export type OnEmptyLoop = (listener: () => void) => () => void

export interface HandlerCall {
  handler: Handler
  event: unknown
  init: InitMessage
  invoke: InvokeMessage
  onEmptyLoop: OnEmptyLoop
}

/**
 * Runs a handler of either style. A promise decides by itself; a value returned by a handler
 * without a callback parameter is the answer. Otherwise the callback decides, or, if it is never
 * called, the empty event loop, with no value.
 */
export async function callHandler(call: HandlerCall): Promise<unknown> {
  let stopListening = () => {}
  try {
    return await new Promise((resolve, reject) => {
      let answer: unknown
      let answered = false
      const finish = (error?: unknown, value?: unknown) => {
        if (answered) return
        answered = true
        answer = value
        if (error !== undefined && error !== null) reject(error)
        else if (!context.callbackWaitsForEmptyEventLoop) resolve(value)
      }
      const context = createContext(call.init, call.invoke, finish)
      const returned = call.handler(call.event, context, finish)
      if (isThenable(returned)) {
        returned.then(resolve, reject)
      } else if (returned !== undefined && call.handler.length < CALLBACK_PARAMETERS) {
        resolve(returned)
      } else {
        stopListening = call.onEmptyLoop(() => resolve(answer))
      }
    })
  } finally {
    stopListening()
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    value !== null &&
    typeof value === 'object' &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}

/** The answer's JSON. Throws RuntimeError when there can be none, or it is too large. */
export function marshalResult(value: unknown): Buffer {
  if (isStream(value)) {
    throw new RuntimeError(
      'Runtime.InvalidResult',
      'The handler returned a stream, which cannot be JSON: read it to its end and return its content',
    )
  }
  let json: Buffer
  try {
    json = Buffer.from(JSON.stringify(value) ?? 'null')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RuntimeError('Runtime.MarshalError', `Unable to marshal response: ${reason}`, {
      cause,
    })
  }
  if (json.length > MAX_RESULT_BYTES) {
    throw responseTooLarge(MAX_RESULT_BYTES)
  }
  return json
}

export function responseTooLarge(bytesMax: number): RuntimeError {
  return new RuntimeError(
    'Function.ResponseSizeTooLarge',
    `Response payload size exceeded maximum allowed payload size (${bytesMax} bytes).`,
  )
}

function isStream(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false
  const { pipe, getReader } = value as { pipe?: unknown; getReader?: unknown }
  return typeof pipe === 'function' || typeof getReader === 'function'
}
