import { ProtocolError } from '../../core/frame.ts'
import {
  COMPILED_BYTES_MAX,
  COMPILED_FILES_MAX,
  type CompiledMessage,
} from '../../core/protocol.ts'

/** Node's own names for such folders and files, and the runtime's for its one. */
const FOLDER = /^v\d{1,3}\.\d{1,3}\.\d{1,3}-[a-z0-9]{1,10}-[0-9a-f]{8}$/
const FILE = /^(?:[0-9a-f]{8}|scripts)$/

export interface RecordedFiles {
  folder: string
  files: ReadonlyMap<string, Buffer>
}

/**
 * What one sandbox sends of its compiled code, until it has sent all. A function's code may send
 * anything: only names that Node would choose become paths, and only so many bytes are held.
 */
export class CompiledRecording {
  readonly #files = new Map<string, Buffer>()
  readonly #done: (recorded: RecordedFiles) => void
  #bytes = 0
  readonly #until: number
  #open = true

  /** What comes after `until`, by `performance.now()`, counts for nothing. */
  constructor(until: number, done: (recorded: RecordedFiles) => void) {
    this.#until = until
    this.#done = done
  }

  /** False when nothing more of it counts. */
  get isOpen(): boolean {
    return this.#open
  }

  /**
   * Throws ProtocolError on what the runtime would not send, and is closed then. What comes too late
   * counts for nothing.
   */
  take({ folder, file, last }: CompiledMessage, content: Buffer): void {
    if (performance.now() > this.#until) this.close()
    if (!this.#open) return
    if (last === true) {
      if (typeof folder !== 'string' || !FOLDER.test(folder))
        throw this.#refusal('a folder of another name')
      this.close(() => this.#done({ folder, files: new Map(this.#files) }))
      return
    }
    if (typeof file !== 'string' || !FILE.test(file)) throw this.#refusal('a file of another name')
    if (this.#files.has(file)) throw this.#refusal('a file twice')
    this.#bytes += content.length
    if (this.#bytes > COMPILED_BYTES_MAX)
      throw this.#refusal(`more than ${COMPILED_BYTES_MAX} bytes`)
    if (this.#files.size >= COMPILED_FILES_MAX)
      throw this.#refusal(`more than ${COMPILED_FILES_MAX} files`)
    this.#files.set(file, content)
  }

  /** Takes nothing more, and lets go of what it holds when `last` has had it. */
  close(last?: () => void): void {
    this.#open = false
    last?.()
    this.#files.clear()
  }

  #refusal(what: string): ProtocolError {
    this.close()
    return new ProtocolError(`Sandbox sent compiled code with ${what}`)
  }
}
