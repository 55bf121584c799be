import { HearthError } from '../errors.ts'
import { keys } from '../keys.ts'
import { loadScripts, type RunScript } from '../lua.ts'
import { askRedis, type Redis } from '../redis/redis.ts'
import { EVENT_SOURCE_MAPPINGS_MAX, type EventSourceMapping } from './event-source-mapping.ts'

/** Changes of one mapping that collide are done again so often, each on what the other left. */
const TRIES = 5

/** Where event source mappings are kept. */
export class EventSourceMappingStore {
  readonly #redis: Redis
  readonly #run: RunScript

  constructor(redis: Redis) {
    this.#redis = redis
    this.#run = loadScripts(redis)
  }

  /** Throws MappingAlreadyExists, TooManyMappings. */
  async create(mapping: EventSourceMapping): Promise<void> {
    await this.#put(mapping, '')
  }

  /** Throws MappingNotFound. */
  async read(uuid: string): Promise<EventSourceMapping> {
    return JSON.parse(await this.#text(uuid))
  }

  /** By their ids. */
  async list(): Promise<EventSourceMapping[]> {
    const texts = await askRedis(() => this.#redis.hvals(keys.eventSourceMappings))
    return texts
      .map((text) => JSON.parse(text) as EventSourceMapping)
      .sort((a, b) => (a.uuid < b.uuid ? -1 : 1))
  }

  /** Throws MappingNotFound, MappingAlreadyExists; MappingChanged where others kept changing it. */
  async change(
    uuid: string,
    change: (before: EventSourceMapping) => EventSourceMapping,
  ): Promise<EventSourceMapping> {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const before = await this.#text(uuid)
      const after = change(JSON.parse(before))
      if (await this.#put(after, before)) return after
    }
    throw new HearthError('MappingChanged', { uuid })
  }

  /** Gives back what it was. Throws MappingNotFound. */
  async remove(uuid: string): Promise<EventSourceMapping> {
    const text = await this.#run('mapping-remove', [uuid])
    if (text === null) throw new HearthError('MappingNotFound', { uuid })
    return JSON.parse(String(text))
  }

  /**
   * Puts another state in the place of the one that was read, or of none. False where that one is
   * not there any more. Throws MappingAlreadyExists, TooManyMappings.
   */
  async replace(read: EventSourceMapping | undefined, next: EventSourceMapping): Promise<boolean> {
    return this.#put(next, read === undefined ? '' : JSON.stringify(read))
  }

  /** False where what is there is not `before`. */
  async #put(mapping: EventSourceMapping, before: string): Promise<boolean> {
    const { uuid, identity } = mapping
    const args = [uuid, JSON.stringify(mapping), identity, before, EVENT_SOURCE_MAPPINGS_MAX]
    const answer = String(await this.#run('mapping-put', args))
    if (answer === 'done') return true
    if (answer === 'changed') return false
    if (answer === 'full') {
      throw new HearthError('TooManyMappings', { limit: EVENT_SOURCE_MAPPINGS_MAX })
    }
    throw new HearthError('MappingAlreadyExists', { uuid: answer })
  }

  async #text(uuid: string): Promise<string> {
    const text = await askRedis(() => this.#redis.hget(keys.eventSourceMappings, uuid))
    if (text === null) throw new HearthError('MappingNotFound', { uuid })
    return text
  }
}
