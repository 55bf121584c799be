import { randomBytes } from 'node:crypto'
import { concurrencyOf, type FunctionDefinition } from '../../core/functions/function.ts'
import type { LogEntry, LogSink } from '../../core/logs/log-line.ts'
import type { Running } from './running.ts'

/** `time \t request id \t ...`, as the runtime's console writes its records. */
const REQUEST_ID = /^[^\t]{1,40}\t([0-9A-Za-z-]{1,64})\t/

const STREAM_DIGITS = 32
/** Invocations of a sandbox that runs several at a time whose late lines are still told apart. */
const REMEMBERED_MAX = 256

/** Whose lines a sandbox's are. */
export class SandboxLog {
  readonly #logs: LogSink
  readonly #running: Running
  readonly #sandboxId: string
  #functionName: string | undefined
  #stream: string | undefined
  #lastId: string | undefined
  /** The last ones that began here, by their ids: only where several run at a time. */
  #remembered: Set<string> | undefined

  constructor(logs: LogSink, sandboxId: string, running: Running) {
    this.#logs = logs
    this.#sandboxId = sandboxId
    this.#running = running
  }

  /** Before that there is nothing of a function in it. Gives back the name of its stream. */
  open({
    name,
    version,
    ...configuration
  }: Pick<FunctionDefinition, 'name' | 'version' | 'concurrency'>): string {
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '/')
    // AWS's names end with 32 digits; these begin with the sandbox's own id.
    const rest = randomBytes(STREAM_DIGITS / 2)
      .toString('hex')
      .slice(this.#sandboxId.length)
    this.#functionName = name
    if (concurrencyOf(configuration) > 1) this.#remembered = new Set()
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
    const remembered = this.#remembered
    if (!remembered) return
    remembered.add(invocationId)
    const [oldest] = remembered
    if (remembered.size > REMEMBERED_MAX && oldest !== undefined) remembered.delete(oldest)
  }

  /** A line of the sandbox's output: where several run at a time, its record tells whose it is. */
  written(text: string): void {
    const id = this.#ownerOf(text)
    if (id !== undefined) this.#running.get(id)?.heard(text)
    this.line(text, id)
  }

  /** What is no record is that invocation's which runs alone. */
  #ownerOf(text: string): string | undefined {
    const running = this.#running
    const told = this.#remembered && requestIdOf(text)
    if (told !== undefined && (running.get(told) || this.#remembered?.has(told))) return told
    if (running.size > 1) return undefined
    return running.only?.call.request.id ?? this.#lastId
  }

  line(text: LogEntry['text'], invocationId: string | undefined): void {
    if (this.#functionName === undefined) return
    const stream = this.#stream
    this.#logs.write(this.#functionName, { timeMs: Date.now(), invocationId, stream, text })
  }
}

function requestIdOf(text: string): string | undefined {
  return REQUEST_ID.exec(text)?.[1]
}
