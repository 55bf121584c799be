import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** While somebody waits; it is work for the cores. */
const AT_ONCE_MAX = 2
/** Copies that lie ready of one tree: as many as were taken lately, but no more than so many. */
const READY_MAX = 4
const LATELY_MS = 10_000
/** The next copy waits until the start that took the last one is over, and does not compete with it. */
const CALM_MS = 250
const COPY_MS_MAX = 60_000
const PREFIX = 'spare-'
const run = promisify(execFile)

/** Copies of a tree of many files, made of hard links ahead of time: a sandbox gets one by a rename. */
export class LinkedCopies {
  readonly #path: string
  readonly #ready: string[] = []
  readonly #waiting: PromiseWithResolvers<string>[] = []
  readonly #making = new Set<Promise<void>>()
  #taken: number[] = []
  #timer: NodeJS.Timeout | undefined
  #closed = false

  /** Copies `tree` in the folder `path`, to its side. */
  constructor(path: string) {
    this.#path = path
  }

  /** Whether it is one that an earlier start has left. */
  static isName(name: string): boolean {
    return name.startsWith(PREFIX)
  }

  /** Of each copy there is one taker. Rejects with what has kept it from being made. */
  async take(): Promise<string> {
    const now = performance.now()
    this.#taken = [...this.#taken.filter((at) => now - at < LATELY_MS), now]
    clearTimeout(this.#timer)
    const ready = this.#ready.pop()
    const copy = ready ?? (await this.#next())
    this.#makeAhead()
    return copy
  }

  /** Resolves when one lies ready, or could not be made: who takes one then hears why. */
  async ready(): Promise<void> {
    if (this.#ready.length > 0) return
    if (this.#making.size === 0) this.#make()
    await Promise.allSettled(this.#making)
  }

  /** Resolves when nothing is written any more. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await Promise.allSettled(this.#making)
  }

  #next(): Promise<string> {
    const next = Promise.withResolvers<string>()
    this.#waiting.push(next)
    this.#makeForWaiting()
    return next.promise
  }

  #makeForWaiting(): void {
    const count = Math.min(this.#waiting.length, AT_ONCE_MAX)
    while (this.#making.size < count) this.#make()
  }

  /** At once where more than one start wants them; else in a calm moment. */
  #makeAhead(): void {
    clearTimeout(this.#timer)
    const wanted = Math.min(this.#taken.length, READY_MAX)
    if (this.#closed || this.#ready.length + this.#making.size >= wanted) return
    const make = () => {
      if (this.#making.size === 0 && !this.#closed) this.#make()
    }
    if (this.#taken.length > 1) make()
    else this.#timer = setTimeout(make, CALM_MS).unref()
  }

  #make(): void {
    const copy = join(this.#path, `${PREFIX}${randomUUID()}`)
    const making = copyTree(join(this.#path, 'tree'), copy).then(
      () => {
        this.#making.delete(making)
        const next = this.#waiting.shift()
        if (next) next.resolve(copy)
        else this.#ready.push(copy)
        this.#makeForWaiting()
        if (this.#waiting.length === 0) this.#makeAhead()
      },
      (error) => {
        this.#making.delete(making)
        this.#waiting.shift()?.reject(error)
        this.#makeForWaiting()
      },
    )
    this.#making.add(making)
  }
}

/** In a process of its own: thousands of links would hold up this one's every call. */
async function copyTree(tree: string, copy: string): Promise<void> {
  try {
    await run('cp', ['-al', tree, copy], { timeout: COPY_MS_MAX })
  } catch (error) {
    await rm(copy, { recursive: true, force: true })
    throw error
  }
}
