import { HearthError } from '../core/errors.ts'
import type { RunnableFunction } from './pool/pool.ts'

/** Functions kept in memory at most; the least recently loaded leave first. */
const FUNCTIONS_MAX = 20_000

/** Older entries are read anew beside their next use: storage credentials in them have an end. */
const FRESH_MS = 3600_000
/**
 * Older ones before their next use: what they have left must outlast the sandbox that gets them
 * (CREDENTIALS_LEFT_SECONDS, less a sandbox's age and its last invocation).
 */
const STALE_MS = 4 * 3600_000
const RENEWAL_PAUSE_MS = 10_000

interface Entry {
  found: RunnableFunction
  readAt: number
  /** Not before this time is it read anew again, after a read that failed. */
  renewAt: number
}

/** Reads a function as it is stored now, with the environment that its sandboxes get. */
export type LoadFunction = (name: string) => Promise<RunnableFunction>

/**
 * The functions that this scheduler serves, in memory, so that a warm invocation asks nobody.
 * `refresh` is the only way an entry changes: a deployment waits for it on every scheduler.
 */
export class Catalogue {
  readonly #load: LoadFunction
  readonly #now: () => number
  readonly #entries = new Map<string, Entry>()
  /** Reads of one function follow each other, so that an older one never overwrites a newer. */
  readonly #reads = new Map<string, Promise<RunnableFunction | undefined>>()

  /** `now` gives milliseconds since 1970. */
  constructor(load: LoadFunction, now: () => number = Date.now) {
    this.#load = load
    this.#now = now
  }

  /** The function if it is in memory, and not stale: the warm path. */
  known(name: string): RunnableFunction | undefined {
    const entry = this.#entries.get(name)
    if (!entry) return undefined
    const now = this.#now()
    if (now > entry.renewAt) {
      if (now - entry.readAt > STALE_MS) return undefined
      this.#renew(name, entry)
    }
    return entry.found
  }

  /** The function as it was read last, however long ago that is. */
  last(name: string): RunnableFunction | undefined {
    return this.#entries.get(name)?.found
  }

  /** Throws FunctionNotFound. One that is stale and cannot be read goes on as it was. */
  async find(name: string): Promise<RunnableFunction> {
    const known = this.known(name)
    if (known) return known
    const stale = this.#entries.get(name)
    try {
      const found = await (this.#reads.get(name) ?? this.refresh(name))
      if (found) return found
    } catch (error) {
      if (!stale) throw error
      this.#pause(stale)
      return stale.found
    }
    throw new HearthError('FunctionNotFound', { name })
  }

  /** Reads each function anew before its next use: deployments may have passed this scheduler by. */
  distrustAll(): void {
    for (const entry of this.#entries.values()) {
      entry.readAt = 0
      entry.renewAt = 0
    }
  }

  /** Reads the function anew; undefined when it is gone. */
  refresh(name: string): Promise<RunnableFunction | undefined> {
    const before = this.#reads.get(name) ?? Promise.resolve(undefined)
    const read = before.then(
      () => this.#read(name),
      () => this.#read(name),
    )
    this.#reads.set(name, read)
    const forget = () => {
      if (this.#reads.get(name) === read) this.#reads.delete(name)
    }
    read.then(forget, forget)
    return read
  }

  /** What it has goes on serving where the new read fails; the next use past the age tries again. */
  #renew(name: string, entry: Entry): void {
    this.#pause(entry)
    this.refresh(name).catch(() => undefined)
  }

  #pause(entry: Entry): void {
    entry.renewAt = this.#now() + RENEWAL_PAUSE_MS
  }

  async #read(name: string): Promise<RunnableFunction | undefined> {
    try {
      const found = await this.#load(name)
      this.#keep(name, found)
      return found
    } catch (error) {
      if (!(error instanceof HearthError && error.code === 'FunctionNotFound')) {
        // What is stored may be newer by now: soon after, a use looks again.
        const entry = this.#entries.get(name)
        if (entry) this.#pause(entry)
        throw error
      }
      this.#entries.delete(name)
      return undefined
    }
  }

  #keep(name: string, found: RunnableFunction): void {
    this.#entries.delete(name)
    const readAt = this.#now()
    this.#entries.set(name, { found, readAt, renewAt: readAt + FRESH_MS })
    if (this.#entries.size <= FUNCTIONS_MAX) return
    const [oldest] = this.#entries.keys()
    if (oldest !== undefined) this.#entries.delete(oldest)
  }
}
