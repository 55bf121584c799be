import type { LogEntry, LogSink } from '../../core/logs/log-line.ts'
import type { Running } from './running.ts'

/** `time \t request id \t ...`, as the runtime's console writes its records. */
const REQUEST_ID = /^[^\t]{1,40}\t([0-9A-Za-z-]{1,64})\t/

/** Whose lines a sandbox's are. */
export class SandboxLog {
  readonly #logs: LogSink
  readonly #running: Running
  #functionName: string | undefined
  #lastId: string | undefined

  constructor(logs: LogSink, running: Running) {
    this.#logs = logs
    this.#running = running
  }

  /** Before that there is nothing of a function in it. */
  open(functionName: string): void {
    this.#functionName = functionName
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
    this.#logs.write(this.#functionName, { timeMs: Date.now(), invocationId, text })
  }
}

function requestIdOf(text: string): string {
  return REQUEST_ID.exec(text)?.[1] ?? ''
}
