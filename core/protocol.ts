/**
 * What the pool and a sandbox say to each other, in frames (core/frame.ts).
 *
 * This file has no imports: the runtime in a sandbox shares it with the platform.
 */

/** Of what a sandbox may send of its compiled code: files, and the bytes of all of them. */
export const COMPILED_FILES_MAX = 256
export const COMPILED_BYTES_MAX = 16 * 1024 * 1024
/** Lambda's cap on a streamed response: https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html */
export const MAX_STREAM_BYTES = 200 * 1024 * 1024
/**
 * Content type of a response that starts with its own status and headers: JSON, then 8 NUL bytes,
 * then the body. Function URLs take it apart; every other face hands it on as it is.
 */
export const HTTP_RESPONSE_TYPE = 'application/vnd.awslambda.http-integration-response'

/** Pool → sandbox, once in a sandbox's life: become this function version. */
export interface InitMessage {
  type: 'init'
  functionName: string
  functionVersion: string
  handler: string
  memoryMb: number
  /** The whole environment of the handler; secrets travel here and nowhere else. */
  environment: Record<string, string>
  /** `host:port` pairs that the function may reach besides public hosts, or `none`. */
  egress: 'public' | 'none' | string[]
  /** Invocations that may run at a time; absent: one. */
  concurrency?: number
  /** What its lines are kept under: `YYYY/MM/DD/[version]hex`. */
  logStream: string
  /** Before anybody called; else `on-demand`. */
  initializationType?: 'provisioned-concurrency'
  /**
   * `use`: compiled code of this function lies in the sandbox's directory. `record`: what is compiled
   * while the handler is loaded is wanted, in `compiled` frames. Neither: nothing is done for it.
   */
  compiled?: 'use' | 'record'
}

/** Pool → sandbox: run the handler; the body is the event's JSON, not parsed yet. */
export interface InvokeMessage {
  type: 'invoke'
  id: string
  /** Epoch milliseconds at which the pool will kill the sandbox. */
  deadlineMs: number
  /** ARN that the caller used, qualifier included. */
  arn: string
  /** Decoded JSON of the caller's client context. */
  clientContext?: string
  traceId?: string
  /** By W3C's Trace Context, what the handler does belongs below. */
  traceparent?: string
  /** What a streaming handler writes is wanted as it comes, in `chunk` frames; else all at once. */
  stream?: true
}

/** Sandbox → pool: booted, and still nobody's. First frame of the control connection. */
export interface HelloMessage {
  type: 'hello'
  nodeVersion: string
}

/** Sandbox → pool: the handler is loaded. */
export interface ReadyMessage {
  type: 'ready'
  initMs: number
}

/**
 * Sandbox → pool, only after an `init` that wants it and while no invocation runs: a file of compiled
 * code, in the body; at the end one with `last` and no file. No file at all: the handler is loaded too
 * fast for it to matter.
 */
export interface CompiledMessage {
  type: 'compiled'
  /** The folder's name that a Node like this one looks for, without the user's id at its end. */
  folder?: string
  file?: string
  last?: true
}

/** Pool → sandbox, once, before `init`: there is time to go through a first invocation, so that the real one is faster. */
export interface RehearseMessage {
  type: 'rehearse'
}

export interface FunctionError {
  errorType: string
  errorMessage: string
  trace?: string[]
}

/** Sandbox → pool: the handler could not be loaded. The sandbox ends by itself afterwards. */
export interface InitErrorMessage {
  type: 'initError'
  error: FunctionError
}

/**
 * Sandbox → pool: the next bytes of a streamed response, in the body. Only as an answer to an
 * `invoke` with `stream`, and before its `result` or `error`. A pool that cannot take more stops
 * reading the connection, which holds the handler's writes back.
 */
export interface ChunkMessage {
  type: 'chunk'
  id: string
  /** In the first one. */
  contentType?: string
}

/** Sandbox → pool: the handler's answer; the body is its JSON, or what is left of its stream. */
export interface ResultMessage {
  type: 'result'
  id: string
  /** Of a streaming handler. */
  contentType?: string
  handlerMs: number
  maxMemoryMb: number
}

/** Sandbox → pool: the handler threw or rejected, or its answer cannot be JSON. The sandbox stays clean. */
export interface ErrorMessage {
  type: 'error'
  id: string
  error: FunctionError
  handlerMs: number
  maxMemoryMb: number
}

/** Sandbox → pool: the event is not JSON; the handler was not called. */
export interface InvalidEventMessage {
  type: 'invalidEvent'
  id: string
  reason: string
}

/**
 * Sandbox → pool: an exception nobody caught; the process exits after this frame. It is also the
 * answer that is due, if one is: sent apart, the sandbox would look free between the two.
 */
export interface FatalMessage {
  type: 'fatal'
  error: FunctionError
  /** Of the invocation that ran. */
  handlerMs?: number
  maxMemoryMb?: number
}

/** Sandbox → pool, first frame of an egress connection: what to connect it with. Raw bytes follow `opened`. */
export interface OpenMessage {
  type: 'open'
  /** The platform's own storage or API, or the host named by `host` and `port`. */
  target: 's3' | 'lambda' | 'host'
  host?: string
  port?: number
}

/** Pool → sandbox: the egress connection stands; everything after this frame is the peer's bytes. */
export interface OpenedMessage {
  type: 'opened'
}

/** Pool → sandbox: no; the connection closes after this frame. */
export interface RefusedMessage {
  type: 'refused'
  reason: string
}

export type ToSandbox =
  | RehearseMessage
  | InitMessage
  | InvokeMessage
  | OpenedMessage
  | RefusedMessage
export type FromSandbox =
  | HelloMessage
  | ReadyMessage
  | CompiledMessage
  | InitErrorMessage
  | ChunkMessage
  | ResultMessage
  | ErrorMessage
  | InvalidEventMessage
  | FatalMessage
  | OpenMessage
