import { HearthError } from '../core/errors.ts'
import type { AttachmentStore } from '../core/functions/attachment-store.ts'
import { wantedAt } from '../core/functions/provisioned-concurrency.ts'
import type { ProvisionedState } from '../core/links/invoke-link.ts'
import type { Logger } from '../core/logs/logger.ts'
import type { Catalogue, CataloguedFunction } from './catalogue.ts'
import type { RunnableFunction } from './pool/pool.ts'
import type { Provisioned, ProvisionedCounts } from './pool/provisioned.ts'

/** How often all that is provisioned is looked at, whatever was announced: windows open and close so late. */
const LOOK_MS = 10_000

/** A function that changes faster than it is read is told of at the next look. */
const TELL_TRIES = 5

export interface ProvisionedFunctionsParts {
  catalogue: Catalogue
  attachments: AttachmentStore
  pool: Provisioned
  log: Logger
  /** The time, by which windows open. */
  now?: () => Date
}

/**
 * Tells the pool which versions are to be kept ready, as versions and aliases want it now: each scheduler
 * keeps all of them. What is wanted follows from what is stored and the time alone, so no change is
 * missed by a scheduler that was not there. Every look is over the functions that have some, and no others.
 */
export class ProvisionedFunctions {
  readonly #parts: ProvisionedFunctionsParts
  /** Functions that the pool was told something of, be it that they want none now. */
  readonly #told = new Set<string>()
  readonly #now: () => Date
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined

  constructor(parts: ProvisionedFunctionsParts) {
    this.#parts = parts
    this.#now = parts.now ?? (() => new Date())
  }

  start(): void {
    this.#look()
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }

  /** A function has changed: of those that have nothing provisioned, nothing is done. */
  async changed(functionName: string): Promise<void> {
    const { catalogue } = this.#parts
    const wanted = catalogue.last(functionName)?.provisioned.size ?? 0
    if (wanted > 0 || this.#told.has(functionName)) await this.#tell(functionName)
  }

  /** What there is of each version and alias that has some. Throws FunctionNotFound. */
  async states(functionName: string): Promise<ProvisionedState[]> {
    const { catalogue, pool } = this.#parts
    await catalogue.find(functionName)
    const found = catalogue.last(functionName)
    const now = this.#now()
    return Array.from(found?.provisioned ?? [], ([qualifier, config]) => {
      const requested = wantedAt(config, now)
      const shares = found ? sharesOf(found, qualifier, requested) : []
      const counts = shares.map(([version, count]) =>
        atMost(pool.counts(functionName, version), count),
      )
      const reason = counts.find((one) => one.reason !== undefined)?.reason
      return {
        qualifier,
        requested,
        allocated: sum(counts.map(({ allocated }) => allocated)),
        available: sum(counts.map(({ available }) => available)),
        ...(reason !== undefined && { reason }),
      }
    })
  }

  #look(): void {
    this.#looking ??= this.#tellAll()
      .catch((error: unknown) => {
        this.#parts.log.warn({ err: error }, 'Provisioned functions could not be looked at')
      })
      .finally(() => {
        this.#looking = undefined
      })
  }

  async #tellAll(): Promise<void> {
    for (const name of new Set([...(await this.#names()), ...this.#told])) await this.#tell(name)
  }

  /** With Redis away there is no news, and the windows of those that are known open all the same. */
  async #names(): Promise<string[]> {
    const { attachments, log } = this.#parts
    try {
      return await attachments.provisionedFunctions()
    } catch (error) {
      log.warn({ err: error }, 'Provisioned functions could not be read; those known last stand')
      return []
    }
  }

  /** With the environments of now: credentials in them are renewed. */
  async #tell(functionName: string): Promise<void> {
    const { catalogue, pool } = this.#parts
    for (let tries = 0; tries < TELL_TRIES; tries += 1) {
      const latest = await orGone(catalogue.find(functionName))
      const found = latest && catalogue.last(functionName)
      const versions = found ? await this.#versions(found) : []
      // It may have changed while its versions were read.
      if (latest && catalogue.last(functionName) !== found) continue
      pool.want(functionName, versions)
      if (versions.length > 0) this.#told.add(functionName)
      else this.#told.delete(functionName)
      return
    }
  }

  async #versions(found: CataloguedFunction): Promise<{ fn: RunnableFunction; count: number }[]> {
    const { name } = found.latest.definition
    const versions: { fn: RunnableFunction; count: number }[] = []
    for (const [version, count] of wantedVersions(found, this.#now())) {
      const fn = await orGone(this.#parts.catalogue.find(name, version))
      if (fn) versions.push({ fn, count })
    }
    return versions
  }
}

/** By version, how many sandboxes a function's versions and aliases want together at a moment. */
export function wantedVersions(found: CataloguedFunction, now: Date): Map<string, number> {
  const wanted = new Map<string, number>()
  for (const [qualifier, config] of found.provisioned) {
    for (const [version, count] of sharesOf(found, qualifier, wantedAt(config, now))) {
      wanted.set(version, (wanted.get(version) ?? 0) + count)
    }
  }
  return wanted
}

/** An alias with weights has them of both of its versions, by their shares of the invocations. */
function sharesOf(
  { aliases }: Pick<CataloguedFunction, 'aliases'>,
  qualifier: string,
  requested: number,
): [version: string, count: number][] {
  const alias = aliases.get(qualifier)
  if (!alias) return [[qualifier, requested]]
  const [other] = Object.entries(alias.weights)
  const others = other ? Math.round(requested * other[1]) : 0
  const shares: [string, number][] = [[alias.functionVersion, requested - others]]
  if (other) shares.push([other[0], others])
  return shares.filter(([, count]) => count > 0)
}

function atMost(counts: ProvisionedCounts, count: number): ProvisionedCounts {
  const { allocated, available } = counts
  return {
    ...counts,
    allocated: Math.min(allocated, count),
    available: Math.min(available, count),
  }
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

async function orGone<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read
  } catch (error) {
    if (error instanceof HearthError && error.code === 'FunctionNotFound') return undefined
    throw error
  }
}
