import { createHash } from 'node:crypto'
import { readdirSync, renameSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { InitMessage } from '../../core/protocol.ts'
import type { RunnableFunction } from './call.ts'
import type { CodeCache } from './code-cache.ts'
import { CompiledRecording, type RecordedFiles } from './compiled-recording.ts'

/** A handler of less code is loaded at once. */
const CODE_BYTES_MIN = 64 * 1024
/** Sandboxes that record at the same time: what they have sent so far is held in memory. */
const RECORDINGS_MAX = 4
/** A sandbox that has sent nothing by then sends nothing that counts. */
const RECORDING_MS_MAX = 60_000
/** Functions that are known to gain nothing; of more than so many, the first are asked anew. */
const FAST_MAX = 10_000
const NAME_DIGITS = 32

/** What a sandbox finds, or is asked for. */
export interface CompiledCode {
  how?: InitMessage['compiled']
  recording?: CompiledRecording
}

/** Which state of a function's code, and for what: of each its own. */
interface Subject {
  fn: RunnableFunction
  codeBytes: number
}

/**
 * What V8 has compiled of functions' code when it was loaded, for later sandboxes of the same function.
 * It was written by a sandbox, where the function's own code can write anything; and V8 runs it without
 * looking. So it is never another function's, however equal their code is; nor that of one which had
 * the name before. The first that is recorded for a state of the code stays: a sandbox that has been
 * taken over later cannot reach the ones after it.
 */
export class CompiledCodes {
  readonly #cache: CodeCache
  readonly #imageId: string | undefined
  readonly #recordings = new Map<string, { until: number; recording: CompiledRecording }>()
  readonly #fast = new Set<string>()

  /** Without an image nothing is recorded: the sandboxes share the host's users and folders. */
  constructor(cache: CodeCache, imageId: string | undefined) {
    this.#cache = cache
    this.#imageId = imageId
  }

  /** Links what there is into `directory`, for a sandbox of this user; or asks for a recording. */
  async place(of: Subject, directory: string, uid: number): Promise<CompiledCode> {
    if (this.#imageId === undefined || of.codeBytes < CODE_BYTES_MIN) return {}
    const name = this.#nameOf(of.fn)
    if (this.#fast.has(name)) return {}
    if (!(await this.#cache.placeKept(name, directory))) return this.#record(name)
    // Node looks for a folder that has the user's id in its name.
    for (const folder of readdirSync(directory)) {
      renameSync(join(directory, folder), join(directory, `${folder}-${uid}`))
    }
    return { how: 'use' }
  }

  /** Of a function that is gone. */
  forget(functionName: string): void {
    const prefix = digitsOf(functionName)
    this.#cache.forget(prefix)
    for (const [name, { recording }] of this.#recordings) {
      if (!name.startsWith(prefix)) continue
      recording.close()
      this.#recordings.delete(name)
    }
    for (const name of this.#fast) if (name.startsWith(prefix)) this.#fast.delete(name)
  }

  /** One sandbox at a time is asked; the others load as ever. */
  #record(name: string): CompiledCode {
    const now = performance.now()
    for (const [other, { until, recording }] of this.#recordings) {
      if (until > now && recording.isOpen) continue
      recording.close()
      this.#recordings.delete(other)
    }
    if (this.#recordings.has(name) || this.#recordings.size >= RECORDINGS_MAX) return {}
    const until = now + RECORDING_MS_MAX
    const recording = new CompiledRecording(until, (files) => this.#recorded(name, files))
    this.#recordings.set(name, { until, recording })
    return { how: 'record', recording }
  }

  #recorded(name: string, { folder, files }: RecordedFiles): void {
    this.#recordings.delete(name)
    if (files.size === 0) {
      this.#fast.add(name)
      const [first] = this.#fast
      if (this.#fast.size > FAST_MAX && first !== undefined) this.#fast.delete(first)
      return
    }
    this.#cache.keep(name, async (tree) => {
      for (const path of [tree, join(tree, folder)]) {
        await mkdir(path)
        await chmod(path, 0o755)
      }
      for (const [file, content] of files) {
        await writeFile(join(tree, folder, file), content)
        await chmod(join(tree, folder, file), 0o644)
      }
    })
  }

  /** 64 digits: the function's, and those of all that what is compiled depends on. */
  #nameOf({ definition }: RunnableFunction): string {
    const { name, createdAt, handler, codeSha256, layers } = definition
    const hashes = [codeSha256, ...layers.map((layer) => layer.codeSha256)]
    const state = JSON.stringify([createdAt, handler, hashes, this.#imageId])
    return digitsOf(name) + digitsOf(state)
  }
}

function digitsOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, NAME_DIGITS)
}
