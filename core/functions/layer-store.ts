import { HearthError } from '../errors.ts'
import { keys } from '../keys.ts'
import { loadScripts, type RunScript } from '../lua.ts'
import { askRedis, type Redis } from '../redis/redis.ts'
import type { UsedLayer } from './function.ts'
import { type LayerVersion, layerVersionArn, parseLayerVersionArn } from './layer.ts'

/** Where layers are kept: one hash a layer, a field for each version. */
export class LayerStore {
  readonly #redis: Redis
  readonly #run: RunScript

  constructor(redis: Redis) {
    this.#redis = redis
    this.#run = loadScripts(redis)
  }

  /** Under the next number of its layer, which may leave out one that failed. */
  async publish(version: Omit<LayerVersion, 'version'>): Promise<LayerVersion> {
    const { name } = version
    return askRedis(async () => {
      const number = await this.#redis.hincrby(keys.layerNumbers, name, 1)
      const published: LayerVersion = { ...version, version: number }
      await this.#redis
        .multi()
        .hset(keys.layer(name), String(number), JSON.stringify(published))
        .zadd(keys.layerNames, 0, name)
        .exec()
      return published
    })
  }

  /** Throws LayerNotFound. */
  async read(name: string, version: number): Promise<LayerVersion> {
    const text = await askRedis(() => this.#redis.hget(keys.layer(name), String(version)))
    if (text === null) {
      throw new HearthError('LayerNotFound', { arn: layerVersionArn({ name, version }) })
    }
    return JSON.parse(text)
  }

  /**
   * Puts another state in the place of the one that was read, or of none: what a version is made of
   * changes by a restore alone, its policy by anybody. False where that one is not there any more.
   */
  async replace(read: LayerVersion | undefined, next: LayerVersion): Promise<boolean> {
    const { name, version } = next
    const texts = [read === undefined ? '' : JSON.stringify(read), JSON.stringify(next)]
    return (await this.#run('layer-replace', [name, version, ...texts])) === 1
  }

  /** From now on the next version of each layer gets a number above this one. */
  async raiseNumbers(numbers: Readonly<Record<string, number>>): Promise<void> {
    await this.#run('layer-numbers-raise', Object.entries(numbers).flat())
  }

  /** Functions that use it go on. */
  async remove(name: string, version: number): Promise<void> {
    await this.#run('layer-remove', [name, version])
  }

  /** Newest first. */
  async versions(name: string): Promise<LayerVersion[]> {
    const texts = await askRedis(() => this.#redis.hvals(keys.layer(name)))
    return texts
      .map((text) => JSON.parse(text) as LayerVersion)
      .sort((a, b) => b.version - a.version)
  }

  /** In order. */
  async names(): Promise<string[]> {
    return askRedis(() => this.#redis.zrange(keys.layerNames, '0', '-1'))
  }

  /** What a function that names them uses. Throws LayerNotFound. */
  async use(arns: readonly string[]): Promise<UsedLayer[]> {
    return Promise.all(
      arns.map(async (arn) => {
        const named = parseLayerVersionArn(arn)
        if (!named) throw new HearthError('LayerNotFound', { arn })
        const { codeSha256, codeSize } = await this.read(named.name, named.version)
        return { arn, codeSha256, codeSize }
      }),
    )
  }
}
