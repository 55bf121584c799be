import { AsyncLocalStorage } from 'node:async_hooks'
import { format } from 'node:util'
import type { FunctionError } from '../core/protocol.ts'
import { writeFully } from './raw-output.ts'

const LEVELS = {
  log: 'INFO',
  info: 'INFO',
  debug: 'DEBUG',
  warn: 'WARN',
  error: 'ERROR',
  trace: 'TRACE',
} as const

const STDOUT = 1

/**
 * Lambda's text format: `time \t request id \t LEVEL \t text`, one line a record. A newline in the
 * text becomes a carriage return, which whoever shows the log turns back.
 */
export class InvocationLog {
  /** Lambda's word for "no invocation yet" is the text `undefined`. */
  requestId = 'undefined'
  /** Whose line it is, where several invocations run at a time. */
  #running: AsyncLocalStorage<string> | undefined

  /** Runs what is one invocation's among several: whatever comes of it writes with its id. */
  apart<T>(requestId: string, run: () => T): T {
    this.#running ??= new AsyncLocalStorage()
    return this.#running.run(requestId, run)
  }

  /** Makes the global console write records; `process.stdout` and its kind stay raw. */
  replaceConsole(): void {
    for (const [method, level] of Object.entries(LEVELS)) {
      const write = (...values: unknown[]) => this.#record(level, format(...values))
      Object.defineProperty(console, method, {
        value: method === 'trace' ? this.#traceMethod() : write,
        configurable: true,
        enumerable: true,
        writable: true,
      })
    }
  }

  /** The line that Lambda writes for an error that ends an invocation or the process. */
  error(title: string, { errorType, errorMessage, trace = [] }: FunctionError): void {
    this.#record('ERROR', `${title} \t${JSON.stringify({ errorType, errorMessage, stack: trace })}`)
  }

  #traceMethod(): (...values: unknown[]) => void {
    return (...values) => {
      const point = { name: 'Trace', message: '', stack: '' }
      Error.captureStackTrace(point)
      const frames = point.stack.split('\n').slice(2)
      this.#record('TRACE', [`Trace: ${format(...values)}`, ...frames].join('\n'))
    }
  }

  #record(level: string, text: string): void {
    const requestId = this.#running?.getStore() ?? this.requestId
    const line = `${new Date().toISOString()}\t${requestId}\t${level}\t${text}`
    writeFully(STDOUT, Buffer.from(`${line.replaceAll('\n', '\r')}\n`))
  }
}
