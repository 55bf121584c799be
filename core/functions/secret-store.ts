import { createHash, randomUUID } from 'node:crypto'
import { HearthError } from '../errors.ts'
import { keys } from '../keys.ts'
import { loadScripts, type RunScript } from '../lua.ts'
import { askRedis, type Redis } from '../redis/redis.ts'
import {
  type FunctionSecrets,
  NO_SECRETS,
  SECRETS_BYTES_MAX,
  SECRETS_MAX,
  secretMistake,
} from './secret.ts'
import type { SealedValue, SecretKeys, SecretPlace } from './secret-keys.ts'

/** As it is stored: its value is nowhere in clear. */
export interface SecretRecord extends SealedValue {
  /** Of the value, as UTF-8. */
  bytes: number
  /** Changes with the value, and not with the key that it is under. */
  revisionId: string
  updatedAt: string
}

/** What everybody may see of a secret who may see its function. */
export interface ListedSecret {
  name: string
  updatedAt: string
}

/** Whose key has changed meanwhile tries again so often. */
const KEY_TRIES = 5

/**
 * Secrets of functions: one hash a function, each value sealed with a key of the key file. A secret
 * and a variable of the environment never have the same name in one state of a function; every
 * change is one script that looks.
 */
export class SecretStore {
  readonly #redis: Redis
  readonly #keys: SecretKeys
  readonly #run: RunScript

  constructor(redis: Redis, secretKeys: SecretKeys) {
    this.#redis = redis
    this.#keys = secretKeys
    this.#run = loadScripts(redis)
  }

  /** Throws InvalidRequest, FunctionNotFound, SecretKeysUnavailable. */
  async put(place: SecretPlace, value: string): Promise<ListedSecret> {
    const { name } = place
    refuse(secretMistake(name, value))
    const fields = {
      bytes: Buffer.byteLength(value),
      revisionId: randomUUID(),
      updatedAt: new Date().toISOString(),
    }
    for (let tries = 0; tries < KEY_TRIES; tries += 1) {
      const record = { ...this.#keys.seal(await this.#currentKey(), place, value), ...fields }
      const outcome = await this.write(place, record)
      if (outcome === 'done') return { name, updatedAt: fields.updatedAt }
      if (outcome !== 'key') throw refusal(outcome, place)
    }
    throw new HearthError('RotationUnderWay')
  }

  /** In the order of their names. Throws FunctionNotFound. */
  async list(functionName: string): Promise<ListedSecret[]> {
    const [exists, records] = await Promise.all([
      askRedis(() => this.#redis.hexists(keys.functions, functionName)),
      this.records(functionName),
    ])
    if (!exists) throw new HearthError('FunctionNotFound', { name: functionName })
    return records.map(([name, { updatedAt }]) => ({ name, updatedAt }))
  }

  /** Throws SecretNotFound. */
  async remove({ functionName, name }: SecretPlace): Promise<void> {
    const removed = await this.#run('secret-remove', [functionName, name])
    if (removed !== 1) throw new HearthError('SecretNotFound', { functionName, name })
  }

  /** With their values, for sandboxes. Throws SecretUnreadable, SecretKeysUnavailable. */
  async open(functionName: string): Promise<FunctionSecrets> {
    const records = await this.records(functionName)
    if (records.length === 0) return NO_SECRETS
    const revision = createHash('sha256')
    const values: Record<string, string> = {}
    for (const [name, record] of records) {
      values[name] = this.#keys.open(record, { functionName, name })
      revision.update(`${name} ${record.revisionId}\n`)
    }
    return { values, revision: revision.digest('base64url') }
  }

  /** Names of the functions that have some. */
  async functions(): Promise<string[]> {
    return (await askRedis(() => this.#redis.smembers(keys.secretFunctions))).sort()
  }

  /** Of a function, in the order of their names. */
  async records(functionName: string): Promise<[name: string, record: SecretRecord][]> {
    const all = await askRedis(() => this.#redis.hgetall(keys.secretsOf(functionName)))
    return Object.keys(all)
      .sort()
      .map((name) => [name, JSON.parse(all[name] as string)])
  }

  /**
   * Writes one as it is, or only in the place of `seen`. Resolves to `done`, or to why it was not written:
   * `key` is that new values go under another key by now.
   */
  async write(place: SecretPlace, record: SecretRecord, seen?: SecretRecord): Promise<string> {
    const { functionName, name } = place
    const text = JSON.stringify(record)
    const limits = [SECRETS_MAX, SECRETS_BYTES_MAX]
    const expected = seen ? JSON.stringify(seen) : ''
    return String(
      await this.#run('secret-put', [functionName, name, text, record.key, ...limits, expected]),
    )
  }

  /** The key that new values go under, if that was ever said. */
  async readCurrentKey(): Promise<string | undefined> {
    return (await askRedis(() => this.#redis.get(keys.secretKey))) ?? undefined
  }

  async setCurrentKey(id: string): Promise<void> {
    await askRedis(() => this.#redis.set(keys.secretKey, id))
  }

  async #currentKey(): Promise<string> {
    const known = await this.readCurrentKey()
    if (known !== undefined) return known
    const newest = this.#keys.ids().at(-1) as string
    await askRedis(() => this.#redis.set(keys.secretKey, newest, 'NX'))
    return (await this.readCurrentKey()) ?? newest
  }
}

function refusal(outcome: string, { functionName, name }: SecretPlace): HearthError {
  if (outcome === 'function') return new HearthError('FunctionNotFound', { name: functionName })
  const reasons: Record<string, string> = {
    environment: `"${name}" is a variable in the environment of the function: remove it there first, or give the secret another name`,
    count: `function "${functionName}" has ${SECRETS_MAX} secrets, which is the most`,
    bytes: `the secrets of function "${functionName}" would be more than ${SECRETS_BYTES_MAX} bytes together`,
  }
  return new HearthError('InvalidRequest', { reason: reasons[outcome] ?? outcome })
}

function refuse(reason: string | undefined): void {
  if (reason !== undefined) throw new HearthError('InvalidRequest', { reason })
}
