import { randomBytes } from 'node:crypto'
import type { FunctionDefinition } from '../../core/functions/function.ts'
import type { LogEntry, LogSink } from '../../core/logs/log-line.ts'
import type { Running } from './running.ts'

/** `time \t request id \t ...`, as the runtime's console writes its records. */
const REQUEST_ID = /^[^\t]{1,40}\t([0-9A-Za-z-]{1,64})\t/

const STREAM_DIGITS = 32

/** Whose lines a sandbox's are. */
export class SandboxLog {
  readonly #logs: LogSink
  readonly #running: Running
  readonly #sandboxId: string
  #functionName: string | undefined
  #stream: string | undefined
  #lastId: string | undefined

  constructor(logs: LogSink, sandboxId: string, running: Running) {
    this.#logs = logs
    this.#sandboxId = sandboxId
    this.#running = running
  }

  /** Before that there is nothing of a function in it. Gives back the name of its stream. */
  open({ name, version }: Pick<FunctionDefinition, 'name' | 'version'>): string {
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/')
    // AWS's names end with 32 digits; these begin with the sandbox's own id.
    const rest = randomBytes(STREAM_DIGITS / 2)
      .toString('hex')
      .slice(this.#sandboxId.length)
    this.#functionName = name
    this.#stream = `${day}/[${version}]${this.#sandboxId}${rest}`
    return this.#stream
  }

  /** Lambda's name for the lines of one sandbox; undefined before it is a function's. */
  get stream(): string | undefined {
    return this.#stream
  }

  /** What is written after an invocation's end, and before the next, is still its own. */
  begun(invocationId: string): void {
    this.#lastId = invocationId
  }

  /** A line of the sandbox's output: of several invocations that run, the record tells whose it is. */
  written(text: string): void {
    const running = this.#running
    const attempt = running.size > 1 ? running.get(requestIdOf(text)) : running.only
    attempt?.heard(text)
    const id = attempt?.call.request.id ?? (running.size > 1 ? undefined : this.#lastId)
    this.line(text, id)
  }

  line(text: LogEntry['text'], invocationId: string | undefined): void {
    if (this.#functionName === undefined) return
    const stream = this.#stream
    this.#logs.write(this.#functionName, { timeMs: Date.now(), invocationId, stream, text })
  }
}

function requestIdOf(text: string): string {
  return REQUEST_ID.exec(text)?.[1] ?? ''
}
