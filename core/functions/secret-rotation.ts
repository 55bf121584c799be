import { HearthError } from '../errors.ts'
import type { SecretKeys, SecretPlace } from './secret-keys.ts'
import type { SecretRecord, SecretStore } from './secret-store.ts'

export interface Rotated {
  /** Id of the key that everything is under now. */
  key: string
  /** How many secrets got it in this run. */
  resealed: number
  /** Those whose key is not there any more: they have to be set again. */
  unreadable: SecretPlace[]
}

/**
 * Puts every secret under a new key, and forgets the old ones when nothing needs them any more. A run
 * that was broken off is finished by the next one, which then makes no other key. What is set meanwhile
 * goes under the new key; no function notices anything. Throws SecretKeysUnavailable, RotationUnderWay.
 */
export function rotateSecrets(secrets: SecretStore, secretKeys: SecretKeys): Promise<Rotated> {
  return secretKeys.exclusively(async () => {
    const key = (await unfinished(secrets, secretKeys)) ?? (await begin(secrets, secretKeys))
    return finish(secrets, secretKeys, key)
  })
}

/** Finishes a run that was broken off; undefined where there is none. */
export async function resumeRotation(
  secrets: SecretStore,
  secretKeys: SecretKeys,
): Promise<Rotated | undefined> {
  if (secretKeys.count() < 2) return undefined
  return secretKeys.exclusively(async () => {
    const key = await secrets.readCurrentKey()
    return key === undefined ? undefined : finish(secrets, secretKeys, key)
  })
}

/** The key that a run which was broken off was about to use for everything. */
async function unfinished(
  secrets: SecretStore,
  secretKeys: SecretKeys,
): Promise<string | undefined> {
  const key = await secrets.readCurrentKey()
  if (key === undefined || !secretKeys.has(key)) return undefined
  for await (const { place, record } of all(secrets)) {
    if (record.key !== key && readable(secretKeys, place, record) !== undefined) return key
  }
  return undefined
}

/** The key is on disk before anything goes under it. */
async function begin(secrets: SecretStore, secretKeys: SecretKeys): Promise<string> {
  const key = secretKeys.add()
  await secrets.setCurrentKey(key)
  return key
}

async function finish(secrets: SecretStore, secretKeys: SecretKeys, key: string): Promise<Rotated> {
  const rotated: Rotated = { key, resealed: 0, unreadable: [] }
  const needed = new Set([key])
  for await (const { place, record } of all(secrets)) {
    if (record.key === key) continue
    const value = readable(secretKeys, place, record)
    if (value === undefined) {
      rotated.unreadable.push(place)
      needed.add(record.key)
      continue
    }
    const resealed = { ...record, ...secretKeys.seal(key, place, value) }
    // One that was set or removed meanwhile is under the new key already, or gone.
    const outcome = await secrets.write(place, resealed, record)
    if (outcome === 'done') rotated.resealed += 1
    else if (outcome === 'key') throw new HearthError('RotationUnderWay')
  }
  secretKeys.keepOnly(needed)
  return rotated
}

/** Undefined where it cannot be read any more. */
function readable(
  secretKeys: SecretKeys,
  place: SecretPlace,
  record: SecretRecord,
): string | undefined {
  try {
    return secretKeys.open(record, place)
  } catch (error) {
    if (error instanceof HearthError && error.code === 'SecretUnreadable') return undefined
    throw error
  }
}

async function* all(
  secrets: SecretStore,
): AsyncGenerator<{ place: SecretPlace; record: SecretRecord }> {
  for (const functionName of await secrets.functions()) {
    for (const [name, record] of await secrets.records(functionName)) {
      yield { place: { functionName, name }, record }
    }
  }
}
