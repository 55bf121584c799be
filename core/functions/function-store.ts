import { HearthError } from '../errors.ts'
import { keys } from '../keys.ts'
import { loadScripts, type RunScript } from '../lua.ts'
import { askRedis, type Redis } from '../redis/redis.ts'
import type { FunctionDefinition } from './function.ts'
import { LATEST, targetOf } from './qualifier.ts'
import { isSecretAlready } from './secret.ts'

/** Where functions and their published versions are kept. Each change is one script: done whole, on disk when it resolves. */
export class FunctionStore {
  readonly #redis: Redis
  readonly #run: RunScript

  constructor(redis: Redis) {
    this.#redis = redis
    this.#run = loadScripts(redis)
  }

  /** With its first version, where it is published at once. Throws FunctionAlreadyExists. */
  async create(definition: FunctionDefinition, version?: FunctionDefinition): Promise<void> {
    const { name } = definition
    const created = await this.#run('function-create', [name, ...texts(definition, version)])
    if (created !== 1) throw new HearthError('FunctionAlreadyExists', { name })
  }

  /** The current state, or what was published as a version. Throws FunctionNotFound. */
  async read(name: string, version: string = LATEST): Promise<FunctionDefinition> {
    const text = await askRedis(() =>
      version === LATEST
        ? this.#redis.hget(keys.functions, name)
        : this.#redis.hget(keys.versionsOf(name), version),
    )
    if (text === null) throw new HearthError('FunctionNotFound', { name: targetOf(name, version) })
    return JSON.parse(text)
  }

  /**
   * With a version, where one is published in the same step. Throws FunctionChanged where the stored
   * revision is not `expectedRevisionId`, FunctionNotFound; InvalidRequest where a variable of its
   * environment is a secret of the function.
   */
  async replace(
    definition: FunctionDefinition,
    expectedRevisionId: string,
    version?: FunctionDefinition,
  ): Promise<void> {
    const { name } = definition
    const [latest, published] = texts(definition, version)
    const args = [name, latest, expectedRevisionId, published]
    const replaced = await this.#run('function-replace', args)
    if (Buffer.isBuffer(replaced)) throw isSecretAlready(String(replaced))
    if (replaced === 0) throw new HearthError('FunctionNotFound', { name })
    if (replaced !== 1) throw new HearthError('FunctionChanged', { name })
  }

  /** With all that hangs on it. Gives back the targets by which it could be invoked. Throws FunctionNotFound. */
  async delete(name: string): Promise<string[]> {
    const answer = await this.#run('function-delete', [name])
    if (answer === null) throw new HearthError('FunctionNotFound', { name })
    const [, targets] = answer as [Buffer, Buffer[]]
    return targets.map(String)
  }

  /** Throws FunctionNotFound, VersionInUse. */
  async deleteVersion(name: string, version: string): Promise<void> {
    const answer = String(await this.#run('version-delete', [name, version]))
    if (answer === 'done') return
    if (answer === 'missing') {
      throw new HearthError('FunctionNotFound', { name: targetOf(name, version) })
    }
    throw new HearthError('VersionInUse', { name, version, alias: answer })
  }

  /** Numbers of the published versions, ascending. */
  async versionNumbers(name: string): Promise<string[]> {
    const numbers = await askRedis(() => this.#redis.hkeys(keys.versionsOf(name)))
    return numbers.sort((a, b) => Number(a) - Number(b))
  }

  /** Published versions, ascending; `cursor` is the last one of the page before. */
  async listVersions(
    name: string,
    page: { limit: number; cursor?: string },
  ): Promise<{ versions: FunctionDefinition[]; cursor?: string }> {
    const after = Number(page.cursor ?? 0)
    const numbers = (await this.versionNumbers(name)).filter((one) => Number(one) > after)
    const shown = numbers.slice(0, page.limit)
    const last = shown.at(-1)
    if (last === undefined) return { versions: [] }
    const stored = await askRedis(() => this.#redis.hmget(keys.versionsOf(name), ...shown))
    const versions = parsed(stored)
    return numbers.length > shown.length ? { versions, cursor: last } : { versions }
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
      const last = shown.at(-1)
      if (last === undefined) return { functions: [] }
      const functions = parsed(await this.#redis.hmget(keys.functions, ...shown))
      return names.length > page.limit ? { functions, cursor: last } : { functions }
    })
  }
}

/** What was deleted since its name was read has no definition any more. */
function parsed(stored: (string | null)[]): FunctionDefinition[] {
  return stored.flatMap((text) => (text === null ? [] : [JSON.parse(text)]))
}

function texts(definition: FunctionDefinition, version?: FunctionDefinition): [string, string] {
  return [JSON.stringify(definition), version ? JSON.stringify(version) : '']
}
