import { HearthError } from '../errors.ts'
import { keys } from '../keys.ts'
import { loadScripts, type RunScript } from '../lua.ts'
import { askRedis, type Redis } from '../redis/redis.ts'
import type { Attached, AttachmentKind, Attachments } from './attachment.ts'
import { LATEST, splitTarget, targetOf } from './qualifier.ts'

/** Changes of one thing that collide are done again so often. */
const CHANGE_TRIES = 100

export interface Attachment<Kind extends AttachmentKind> {
  functionName: string
  kind: Kind
  /** `$LATEST` where it is not given. An alias is its own qualifier. */
  qualifier?: string
}

export interface PutOptions {
  /** `none`: there must be none yet; `is:` and its very text; else the revision that it must have. */
  expected?: string
  /** Versions and aliases of the function that must be there. */
  needs?: string[]
}

/** `put` was not done: there is one already, or it has another revision than was expected. */
export type Conflict = 'exists' | 'changed'

/** What hangs on functions: one hash a function, a field for each kind and qualifier. */
export class AttachmentStore {
  readonly #redis: Redis
  readonly #run: RunScript

  constructor(redis: Redis) {
    this.#redis = redis
    this.#run = loadScripts(redis)
  }

  async read<Kind extends AttachmentKind>(
    of: Attachment<Kind>,
  ): Promise<Attachments[Kind] | undefined> {
    const text = await askRedis(() =>
      this.#redis.hget(keys.attachmentsOf(of.functionName), fieldOf(of)),
    )
    return text === null ? undefined : JSON.parse(text)
  }

  /** All of a function, in the order of their kinds and qualifiers. */
  async all(functionName: string): Promise<Attached[]> {
    return readAttached(await askRedis(() => this.#redis.hgetall(keys.attachmentsOf(functionName))))
  }

  async list<Kind extends AttachmentKind>(
    functionName: string,
    kind: Kind,
  ): Promise<Attached<Kind>[]> {
    return (await this.all(functionName)).filter((one) => one.kind === kind) as Attached<Kind>[]
  }

  /**
   * Writes one, whole. Resolves to why it was not written, if so. Throws FunctionNotFound, also
   * where a version or an alias that it needs is missing.
   */
  async put<Kind extends AttachmentKind>(
    of: Attachment<Kind>,
    value: Attachments[Kind],
    { expected = '', needs = [] }: PutOptions = {},
  ): Promise<Conflict | undefined> {
    const { functionName, qualifier = LATEST } = of
    const needed = of.kind === 'alias' ? needs : [qualifier, ...needs]
    const args = [functionName, fieldOf(of), JSON.stringify(value), expected, ...needed]
    const answer = String(await this.#run('attachment-put', args))
    if (answer === 'done') return undefined
    if (answer === 'exists' || answer === 'changed') return answer
    throw new HearthError('FunctionNotFound', { name: targetOf(functionName, answer) })
  }

  /**
   * Puts what `make` makes of what is there, made again where that has changed meanwhile. Throws
   * what `make` throws, FunctionNotFound; FunctionChanged where others kept changing it.
   */
  async change<Kind extends AttachmentKind>(
    of: Attachment<Kind>,
    make: (
      current: Attachments[Kind] | undefined,
    ) => Attachments[Kind] | Promise<Attachments[Kind]>,
  ): Promise<Attachments[Kind]> {
    for (let tries = 0; tries < CHANGE_TRIES; tries += 1) {
      const text = await askRedis(() =>
        this.#redis.hget(keys.attachmentsOf(of.functionName), fieldOf(of)),
      )
      const value = await make(text === null ? undefined : JSON.parse(text))
      const expected = text === null ? 'none' : `is:${text}`
      if ((await this.put(of, value, { expected })) === undefined) return value
    }
    throw new HearthError('FunctionChanged', { name: targetOf(of.functionName, of.qualifier) })
  }

  /** Gives back what was there. An alias takes all with it that hangs on it. */
  async remove<Kind extends AttachmentKind>(
    of: Attachment<Kind>,
  ): Promise<Attachments[Kind] | undefined> {
    const text = await this.#run('attachment-remove', [of.functionName, fieldOf(of)])
    return text === null ? undefined : JSON.parse(String(text))
  }

  /** Names of the functions that have provisioned concurrency. */
  async provisionedFunctions(): Promise<string[]> {
    const targets = await askRedis(() => this.#redis.smembers(keys.provisioned))
    return [...new Set(targets.map((target) => splitTarget(target).functionName))]
  }

  /** The address whose name begins with this label, and whose it is. Throws FunctionUrlNotFound. */
  async byUrlId(urlId: string): Promise<Attachments['url'] & { target: string }> {
    const target = await askRedis(() => this.#redis.hget(keys.functionUrls, urlId))
    const url =
      target === null ? undefined : await this.read({ ...splitTarget(target), kind: 'url' })
    if (target === null || !url) throw new HearthError('FunctionUrlNotFound', { what: urlId })
    return { ...url, target }
  }
}

export function readAttached(fields: Record<string, string>): Attached[] {
  return Object.keys(fields)
    .sort()
    .map((field) => {
      const at = field.indexOf(':')
      const kind = field.slice(0, at)
      return { kind, qualifier: field.slice(at + 1), value: JSON.parse(fields[field] as string) }
    }) as Attached[]
}

function fieldOf({ kind, qualifier = LATEST }: Attachment<AttachmentKind>): string {
  return `${kind}:${qualifier}`
}
