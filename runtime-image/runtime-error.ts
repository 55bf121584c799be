import { inspect, types } from 'node:util'
import type { FunctionError } from '../core/protocol.ts'

/** Bounds that keep the frame head of an error, escapes included, under the protocol's limit. */
const MAX_MESSAGE_CHARACTERS = 64 * 1024
const MAX_TRACE_LINES = 100
const MAX_LINE_CHARACTERS = 1000
const MAX_CAUSES = 5

/** The runtime is one file: its frames say nothing about the handler. */
const RUNTIME_FILE = import.meta.filename

/** Thrown when the runtime, not the handler's own code, finds a function at fault. */
export class RuntimeError extends Error {
  readonly errorType: string

  constructor(errorType: string, message: string, options?: { cause: unknown }) {
    super(message, options)
    this.name = errorType
    this.errorType = errorType
    this.stack = `${errorType}: ${message}`
  }
}

/** Lambda's shape of whatever a handler may throw. Never throws, whatever the value's getters do. */
export function describeError(thrown: unknown): FunctionError {
  try {
    return describe(thrown)
  } catch {
    return {
      errorType: 'Error',
      errorMessage: 'The handler threw a value whose name, message or stack cannot be read',
      trace: [],
    }
  }
}

/** An error found by the runtime, with the trace of the user's error that caused it. */
export function describeAs(errorType: string, thrown: unknown): FunctionError {
  const { trace = [] } = describeError(thrown)
  return { errorType, errorMessage: cut(summaryOf(thrown), MAX_MESSAGE_CHARACTERS), trace }
}

function describe(thrown: unknown): FunctionError {
  if (isErrorLike(thrown)) {
    return {
      errorType: cut(String(thrown.name), MAX_LINE_CHARACTERS),
      errorMessage: cut(String(thrown.message), MAX_MESSAGE_CHARACTERS),
      trace: traceOf(thrown),
    }
  }
  return {
    errorType: thrown === null ? 'null' : typeof thrown,
    errorMessage: cut(
      typeof thrown === 'object' && thrown !== null ? inspect(thrown) : String(thrown),
      MAX_MESSAGE_CHARACTERS,
    ),
    trace: [],
  }
}

function summaryOf(thrown: unknown): string {
  const { errorType, errorMessage } = describeError(thrown)
  return isErrorLike(thrown) ? `${errorType}: ${errorMessage}` : errorMessage
}

/** Errors of another realm, and objects made to look like errors, count as Lambda counts them. */
function isErrorLike(value: unknown): value is Error {
  return (
    types.isNativeError(value) ||
    (typeof value === 'object' &&
      value !== null &&
      'name' in value &&
      'message' in value &&
      'stack' in value)
  )
}

function traceOf(error: Error): string[] {
  const lines: string[] = []
  let current: unknown = error
  for (let depth = 0; depth < MAX_CAUSES && isErrorLike(current); depth++) {
    const [first = '', ...rest] = String(current.stack).split('\n')
    lines.push(depth === 0 ? first : `Caused by: ${first}`)
    lines.push(...rest.filter((line) => !line.includes(RUNTIME_FILE)))
    current = current.cause
  }
  return lines.slice(0, MAX_TRACE_LINES).map((line) => cut(line, MAX_LINE_CHARACTERS))
}

function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}…`
}
