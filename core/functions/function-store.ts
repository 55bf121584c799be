import { readFileSync } from 'node:fs'
import { HearthError } from '../errors.ts'
import { keys } from '../keys.ts'
import { askRedis, type Redis } from '../redis/redis.ts'
import type { FunctionDefinition } from './function.ts'

const CREATE = readScript('function-create')
const REPLACE = readScript('function-replace')
const DELETE = readScript('function-delete')

/** What the scripts of core/lua need to know of a function's events; `eventValues` in this order. */
export const EVENT_HASHES = [keys.eventAges, keys.onSuccess, keys.onFailure]

export function eventValues({ asyncConfiguration: own }: FunctionDefinition): (string | number)[] {
  const destinations = [own?.onSuccess, own?.onFailure]
  return [
    own ? own.maximumEventAgeSeconds * 1000 : '',
    ...destinations.map((destination) => (destination ? JSON.stringify(destination) : '')),
  ]
}

/** Where functions are kept. Each change is one script: done whole, on disk when it resolves. */
export class FunctionStore {
  readonly #redis: Redis

  constructor(redis: Redis) {
    this.#redis = redis
  }

  /** Throws FunctionAlreadyExists. */
  async create(definition: FunctionDefinition): Promise<void> {
    const { name } = definition
    const created = await askRedis(() =>
      this.#redis.eval(
        CREATE,
        2,
        keys.functions,
        keys.functionNames,
        name,
        JSON.stringify(definition),
      ),
    )
    if (created !== 1) throw new HearthError('FunctionAlreadyExists', { name })
  }

  /** Throws FunctionNotFound. */
  async read(name: string): Promise<FunctionDefinition> {
    const text = await askRedis(() => this.#redis.hget(keys.functions, name))
    if (text === null) throw new HearthError('FunctionNotFound', { name })
    return JSON.parse(text)
  }

  /** Throws FunctionChanged where the stored revision is not `expectedRevisionId`, FunctionNotFound. */
  async replace(definition: FunctionDefinition, expectedRevisionId: string): Promise<void> {
    const { name, urlId = '' } = definition
    const replaced = await askRedis(() =>
      this.#redis.eval(
        REPLACE,
        2 + EVENT_HASHES.length,
        keys.functions,
        keys.functionUrls,
        ...EVENT_HASHES,
        name,
        JSON.stringify(definition),
        expectedRevisionId,
        urlId,
        ...eventValues(definition),
      ),
    )
    if (replaced === 0) throw new HearthError('FunctionNotFound', { name })
    if (replaced !== 1) throw new HearthError('FunctionChanged', { name })
  }

  /** Gives back what was deleted. Throws FunctionNotFound. */
  async delete(name: string): Promise<FunctionDefinition> {
    const text = await askRedis(() =>
      this.#redis.eval(
        DELETE,
        3 + EVENT_HASHES.length,
        keys.functions,
        keys.functionNames,
        keys.functionUrls,
        ...EVENT_HASHES,
        name,
      ),
    )
    if (typeof text !== 'string') throw new HearthError('FunctionNotFound', { name })
    return JSON.parse(text)
  }

  /** In the order of their names; `cursor` is where the next page begins, absent on the last one. */
  async list(page: {
    limit: number
    cursor?: string
  }): Promise<{ functions: FunctionDefinition[]; cursor?: string }> {
    const from = page.cursor === undefined ? '-' : `(${page.cursor}`
    return askRedis(async () => {
      const names = await this.#redis.zrange(
        keys.functionNames,
        from,
        '+',
        'BYLEX',
        'LIMIT',
        0,
        page.limit + 1,
      )
      const shown = names.slice(0, page.limit)
      if (shown.length === 0) return { functions: [] }
      const texts = await this.#redis.hmget(keys.functions, ...shown)
      // A function that was deleted since its name was read has no definition any more.
      const functions = texts.flatMap((text) => (text === null ? [] : [JSON.parse(text)]))
      const last = shown.at(-1)
      return names.length > page.limit && last !== undefined
        ? { functions, cursor: last }
        : { functions }
    })
  }

  /** The function whose address begins with this label. Throws FunctionUrlNotFound. */
  async byUrlId(urlId: string): Promise<FunctionDefinition> {
    const text = await askRedis(async () => {
      const name = await this.#redis.hget(keys.functionUrls, urlId)
      return name === null ? null : this.#redis.hget(keys.functions, name)
    })
    if (text === null) throw new HearthError('FunctionUrlNotFound', { host: urlId })
    return JSON.parse(text)
  }
}

function readScript(name: string): string {
  return readFileSync(new URL(`../lua/${name}.lua`, import.meta.url), 'utf8')
}
