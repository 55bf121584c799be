import type { InitMessage, InvokeMessage } from '../core/protocol.ts'

/** Ends an invocation in callback style, at once or when the event loop is empty. */
export type Finish = (error: unknown, value: unknown) => void

/** The second argument of a handler, as Lambda's Node runtime makes it. */
export interface LambdaContext {
  callbackWaitsForEmptyEventLoop: boolean
  readonly functionName: string
  readonly functionVersion: string
  readonly memoryLimitInMB: string
  readonly logGroupName: string
  readonly logStreamName: string
  readonly invokedFunctionArn: string
  readonly awsRequestId: string
  readonly clientContext: unknown
  /** Where the invocation is traced: what the handler does belongs below it. Lambda has none. */
  readonly traceparent?: string
  readonly identity: undefined
  readonly getRemainingTimeInMillis: () => number
  readonly done: (error?: unknown, value?: unknown) => void
  readonly succeed: (value?: unknown) => void
  readonly fail: (error?: unknown) => void
}

/** `done`, `succeed` and `fail` never wait for the event loop; only the callback does. */
export function createContext(
  init: InitMessage,
  invoke: InvokeMessage,
  finish: Finish,
): LambdaContext {
  const context: LambdaContext = {
    // Where invocations share the event loop, one that is never without any of them is never empty.
    callbackWaitsForEmptyEventLoop: (init.concurrency ?? 1) === 1,
    functionName: init.functionName,
    functionVersion: init.functionVersion,
    memoryLimitInMB: String(init.memoryMb),
    ...logNames(init),
    invokedFunctionArn: invoke.arn,
    awsRequestId: invoke.id,
    clientContext: parseClientContext(invoke.clientContext),
    ...(invoke.traceparent !== undefined && { traceparent: invoke.traceparent }),
    identity: undefined,
    getRemainingTimeInMillis: () => invoke.deadlineMs - Date.now(),
    done: (error, value) => {
      context.callbackWaitsForEmptyEventLoop = false
      finish(error, value)
    },
    succeed: (value) => context.done(null, value),
    // Without an error it still fails, as on Lambda, where the message is the text "null".
    fail: (error) => context.done(error ?? 'null'),
  }
  return context
}

type LogNames = Pick<LambdaContext, 'logGroupName' | 'logStreamName'>
let names: (LogNames & { init: InitMessage }) | undefined

/** Read once for each function: they stay the same, and reading the environment is slow. */
function logNames(init: InitMessage): LogNames {
  if (names?.init !== init) {
    names = {
      init,
      logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME ?? '',
      logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME ?? '',
    }
  }
  const { logGroupName, logStreamName } = names
  return { logGroupName, logStreamName }
}

/** A client context that is no JSON is the caller's own business: the handler sees none. */
function parseClientContext(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
