import { HearthError } from '../core/errors.ts'
import { type Alias, routedVersion } from '../core/functions/alias.ts'
import type { AsyncConfiguration } from '../core/functions/async-configuration.ts'
import type { RecordConfiguration } from '../core/functions/function.ts'
import type { ProvisionedConcurrency } from '../core/functions/provisioned-concurrency.ts'
import { isVersionNumber, LATEST, splitTarget } from '../core/functions/qualifier.ts'
import type { FunctionSecrets } from '../core/functions/secret.ts'
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

/** A function as this scheduler serves it. */
export interface CataloguedFunction {
  latest: RunnableFunction
  /** Numbers of the published versions. */
  numbers: ReadonlySet<string>
  aliases: ReadonlyMap<string, Alias>
  /** By qualifier. */
  asyncConfigurations: ReadonlyMap<string, AsyncConfiguration>
  /** By qualifier, how many sandboxes are to be kept ready, and when. */
  provisioned: ReadonlyMap<string, ProvisionedConcurrency>
  /** Of all its versions. */
  secrets: FunctionSecrets
  /** Its loops are not stopped. */
  mayLoop: boolean
  /** Those published versions that were called since it was read. */
  versions: Map<string, RunnableFunction>
}

interface Entry {
  found: CataloguedFunction
  readAt: number
  /** Not before this time is it read anew again, after a read that failed. */
  renewAt: number
}

export interface CatalogueSource {
  /** Reads a function as it is stored now, with the environment that its sandboxes get. Throws FunctionNotFound. */
  load(name: string): Promise<CataloguedFunction>
  /** Reads one published version of it. Throws FunctionNotFound. */
  loadVersion(of: CataloguedFunction, number: string): Promise<RunnableFunction>
}

/**
 * The functions that this scheduler serves, in memory, so that a warm invocation asks nobody.
 * `refresh` is the only way an entry changes: a deployment waits for it on every scheduler.
 */
export class Catalogue {
  readonly #source: CatalogueSource
  readonly #now: () => number
  readonly #entries = new Map<string, Entry>()
  /** Reads of one function follow each other, so that an older one never overwrites a newer. */
  readonly #reads = new Map<string, Promise<CataloguedFunction | undefined>>()

  /** Reads that have not begun yet. */
  readonly #looks = new Map<string, Promise<CataloguedFunction | undefined>>()

  /** `now` gives milliseconds since 1970. */
  constructor(source: CatalogueSource, now: () => number = Date.now) {
    this.#source = source
    this.#now = now
  }

  /** The version that is to run if it is in memory, and not stale: the warm path. */
  known(name: string, qualifier?: string): RunnableFunction | undefined {
    const found = this.#fresh(name)
    return found && versionOf(found, qualifier)
  }

  /** The version that is to run; an alias with weights draws it. Throws FunctionNotFound. */
  async find(name: string, qualifier?: string): Promise<RunnableFunction> {
    const found = await this.#entry(name)
    // Who has just been told of a version or an alias may be faster here than its announcement.
    return (
      (await this.#versionOf(found, qualifier)) ??
      (await this.#versionOf(await this.#lookAgain(name), qualifier)) ??
      raiseUnknown(`${name}:${qualifier}`)
    )
  }

  /** What was called, by its target, `name` or `name:qualifier`; see `find`. */
  async findTarget(target: string): Promise<RunnableFunction> {
    const { functionName, qualifier } = splitTarget(target)
    return this.find(functionName, qualifier)
  }

  /** What becomes of asynchronous invocations of a target, as it was read last, where it wants that otherwise. */
  asyncConfiguration(target: string): AsyncConfiguration | undefined {
    const { functionName, qualifier = LATEST } = splitTarget(target)
    return this.#entries.get(functionName)?.found.asyncConfigurations.get(qualifier)
  }

  /** What a version wants kept of its invocations, as it was read last; of one that is not in memory, as `$LATEST`. */
  record(name: string, version = LATEST): RecordConfiguration | undefined {
    const found = this.#entries.get(name)?.found
    return (found?.versions.get(version) ?? found?.latest)?.definition.record
  }

  /** Reads each function anew before its next use: deployments may have passed this scheduler by. */
  distrustAll(): void {
    for (const entry of this.#entries.values()) {
      entry.readAt = 0
      entry.renewAt = 0
    }
  }

  /** Reads the function anew; undefined when it is gone. */
  refresh(name: string): Promise<CataloguedFunction | undefined> {
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

  /** The function as it was read last, however long ago that is. */
  last(name: string): CataloguedFunction | undefined {
    return this.#entries.get(name)?.found
  }

  #fresh(name: string): CataloguedFunction | undefined {
    const entry = this.#entries.get(name)
    if (!entry) return undefined
    const now = this.#now()
    if (now > entry.renewAt) {
      if (now - entry.readAt > STALE_MS) return undefined
      this.#renew(name, entry)
    }
    return entry.found
  }

  /**
   * A read that begins after this call; many callers at once share one, so that a client that goes on
   * asking for what is not there lets no reads pile up.
   */
  #lookAgain(name: string): Promise<CataloguedFunction | undefined> {
    const waiting = this.#looks.get(name)
    if (waiting) return waiting
    const begin = () => {
      this.#looks.delete(name)
      return this.refresh(name)
    }
    const look = (this.#reads.get(name) ?? Promise.resolve()).then(begin, begin)
    this.#looks.set(name, look)
    return look
  }

  /** Undefined where there is no such version or alias. */
  async #versionOf(
    found: CataloguedFunction | undefined,
    qualifier: string | undefined,
  ): Promise<RunnableFunction | undefined> {
    if (!found) return undefined
    const number = routed(found, qualifier)
    if (number === LATEST) return found.latest
    if (number === undefined || !found.numbers.has(number)) return undefined
    const known = found.versions.get(number)
    if (known) return known
    const version = await this.#source.loadVersion(found, number)
    found.versions.set(number, version)
    return version
  }

  /** One that is stale and cannot be read goes on as it was. */
  async #entry(name: string): Promise<CataloguedFunction> {
    const fresh = this.#fresh(name)
    if (fresh) return fresh
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

  /** What it has goes on serving where the new read fails; the next use past the age tries again. */
  #renew(name: string, entry: Entry): void {
    this.#pause(entry)
    this.refresh(name).catch(() => undefined)
  }

  #pause(entry: Entry): void {
    entry.renewAt = this.#now() + RENEWAL_PAUSE_MS
  }

  async #read(name: string): Promise<CataloguedFunction | undefined> {
    try {
      const found = await this.#source.load(name)
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

  #keep(name: string, found: CataloguedFunction): void {
    this.#entries.delete(name)
    const readAt = this.#now()
    this.#entries.set(name, { found, readAt, renewAt: readAt + FRESH_MS })
    if (this.#entries.size <= FUNCTIONS_MAX) return
    const [oldest] = this.#entries.keys()
    if (oldest !== undefined) this.#entries.delete(oldest)
  }
}

function raiseUnknown(name: string): never {
  throw new HearthError('FunctionNotFound', { name })
}

/** Undefined where its version was not read yet, or is none. */
function versionOf(found: CataloguedFunction, qualifier?: string): RunnableFunction | undefined {
  if (qualifier === undefined) return found.latest
  const number = routed(found, qualifier)
  if (number === LATEST) return found.latest
  return number === undefined ? undefined : found.versions.get(number)
}

/** Number of the version that this invocation is to run, or `$LATEST`; undefined where there is no such alias. */
function routed({ aliases }: CataloguedFunction, qualifier = LATEST): string | undefined {
  if (qualifier === LATEST || isVersionNumber(qualifier)) return qualifier
  const alias = aliases.get(qualifier)
  return alias && routedVersion(alias, Math.random())
}
