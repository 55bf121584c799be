import { readFileSync } from 'node:fs'
import { Type } from 'typebox'
import { CannotStart } from '../../core/process/start-failure.ts'
import { mistakesOf } from '../mistakes.ts'
import { compileValidator } from '../validation.ts'
import { Statement } from './policy.ts'

/** What one caller signs with, and what it may do. */
export interface AccessKey {
  accessKeyId: string
  secretAccessKey: string
  statements: readonly Statement[]
}

/** By their ids; empty where none is configured. */
export type AccessKeys = ReadonlyMap<string, AccessKey>

/** The id under which HEARTH_API_KEY itself is a secret access key, which may do everything. */
export const OWN_ACCESS_KEY_ID = 'hearth'

const AccessKeysFile = Type.Object(
  {
    keys: Type.Array(
      Type.Object(
        {
          accessKeyId: Type.String({
            pattern: '^[A-Za-z0-9_-]{1,128}$',
            description: '1 to 128 letters, digits, "-" and "_"',
          }),
          secretAccessKey: Type.String({ minLength: 16, maxLength: 256 }),
          statements: Type.Array(Statement, { maxItems: 100 }),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 1000 },
    ),
  },
  { additionalProperties: false },
)

/** The keys of the file and the one that is the API key's. Throws CannotStart, with every mistake. */
export function readAccessKeys(file: string | undefined, apiKey: string | undefined): AccessKeys {
  const keys = new Map<string, AccessKey>()
  if (apiKey !== undefined) {
    keys.set(OWN_ACCESS_KEY_ID, {
      accessKeyId: OWN_ACCESS_KEY_ID,
      secretAccessKey: apiKey,
      statements: [{ actions: ['*'], resources: ['*'] }],
    })
  }
  if (file === undefined) return keys
  for (const key of readFile(file)) {
    if (keys.has(key.accessKeyId)) {
      const reason = `access key "${key.accessKeyId}" is there twice, or is the one of HEARTH_API_KEY`
      throw unusable(file, reason)
    }
    keys.set(key.accessKeyId, key)
  }
  return keys
}

function readFile(file: string): AccessKey[] {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    // What JSON.parse says may quote the text, secrets and all.
    const isFound = cause instanceof SyntaxError
    throw unusable(file, isFound ? 'it is not valid JSON' : (cause as Error).message)
  }
  const check = compileValidator({
    schema: AccessKeysFile,
    httpPart: 'body',
    method: 'GET',
    url: '',
  })
  const result = check(value) as { error?: Parameters<typeof mistakesOf>[0] }
  if (result.error) throw unusable(file, mistakesOf(result.error, 'file').join('; '))
  return (value as { keys: AccessKey[] }).keys
}

function unusable(file: string, reason: string): CannotStart {
  return new CannotStart(`ACCESS_KEYS_FILE "${file}" cannot be used: ${reason}`)
}
