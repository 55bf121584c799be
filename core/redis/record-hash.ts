import { readFileSync } from 'node:fs'
import { askRedis, type Redis } from './redis.ts'

const SWAP = readFileSync(new URL('../lua/swap-field.lua', import.meta.url), 'utf8')

/** A change that collides with others is made again so often, each on what the others left. */
const TRIES = 10

/** The records are as many as there may be. */
export class HashFull extends Error {
  readonly limit: number

  constructor(limit: number) {
    super(`There are ${limit} records, which is the limit`)
    this.limit = limit
  }
}

/** Others kept changing the same record. */
export class HashContended extends Error {}

/** What a change did: what was there before it, and is there now. */
export interface Change<T> {
  before: T | undefined
  after: T | undefined
}

/** Records in one hash, each as JSON under its name, at most `max` of them. */
export class RecordHash<T> {
  readonly #redis: Redis
  readonly #key: string
  readonly #max: number

  constructor(redis: Redis, key: string, max: number) {
    this.#redis = redis
    this.#key = key
    this.#max = max
  }

  async read(name: string): Promise<T | undefined> {
    const text = await askRedis(() => this.#redis.hget(this.#key, name))
    return text === null ? undefined : JSON.parse(text)
  }

  /** In the order of their names. */
  async list(): Promise<T[]> {
    const all = await askRedis(() => this.#redis.hgetall(this.#key))
    return Object.keys(all)
      .sort()
      .map((name) => JSON.parse(all[name] as string))
  }

  /**
   * Puts what `make` makes of the record in its place; undefined is no record. `make` may run several
   * times, and what it throws is thrown. Throws HashFull, HashContended, RedisUnavailable.
   */
  async change(
    name: string,
    make: (current: T | undefined) => T | undefined | Promise<T | undefined>,
  ): Promise<Change<T>> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const seen = (await askRedis(() => this.#redis.hget(this.#key, name))) ?? ''
      const before: T | undefined = seen === '' ? undefined : JSON.parse(seen)
      const made = await make(before)
      const text = made === undefined ? '' : JSON.stringify(made)
      // As it is read from now on: without members that are undefined.
      const after: T | undefined = text === '' ? undefined : JSON.parse(text)
      if (text === seen) return { before, after }
      const done = await askRedis(() =>
        this.#redis.eval(SWAP, 1, this.#key, name, seen, text, this.#max),
      )
      if (done === -1) throw new HashFull(this.#max)
      if (done === 1) return { before, after }
    }
    throw new HashContended(`Record "${name}" is changed faster than it can be read`)
  }
}
