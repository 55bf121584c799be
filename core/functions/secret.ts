import { Type } from 'typebox'
import { HearthError } from '../errors.ts'
import { isBootVariable, isReservedVariable } from './names.ts'

/** Of one function; they are no part of the 4 KB that Lambda grants to an environment. */
export const SECRETS_MAX = 50
/** Of one value, as UTF-8; a private key with its chain of certificates has room. */
export const SECRET_BYTES_MAX = 8 * 1024
/** Of all values of a function together. */
export const SECRETS_BYTES_MAX = 32 * 1024

/** The environment variable by which the handler finds it. */
export const SecretName = Type.String({
  pattern: '^[a-zA-Z][a-zA-Z0-9_]{1,127}$',
  description: 'Name of a variable: a letter, then letters, digits and "_"; 2 to 128',
})

/** What the runtime sets in every sandbox beside the names that Lambda reserves. */
const OF_THE_RUNTIME: ReadonlySet<string> = new Set([
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_LAMBDA',
  'AWS_ENDPOINT_URL_S3',
  'AWS_XRAY_CONTEXT_MISSING',
  'HOME',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'LANG',
  'LD_LIBRARY_PATH',
  'NODE_PATH',
  'NODE_USE_ENV_PROXY',
  'NO_PROXY',
  'PATH',
  'PWD',
  'S3_ENDPOINT',
  'TZ',
  'http_proxy',
  'https_proxy',
  'no_proxy',
])

/** Why nothing of that name and value can be a secret; undefined where it can. Tells no value. */
export function secretMistake(name: string, value: string): string | undefined {
  if (isReservedVariable(name) || OF_THE_RUNTIME.has(name)) {
    return `"${name}" is reserved: the platform sets it`
  }
  if (isBootVariable(name)) {
    return `"${name}" is read when a container starts, where everybody who may inspect it sees it: set it in the environment`
  }
  if (value.includes('\0')) return `the value of "${name}" has a NUL character`
  const bytes = Buffer.byteLength(value)
  if (bytes > SECRET_BYTES_MAX) {
    return `the value of "${name}" is ${bytes} bytes; ${SECRET_BYTES_MAX} are allowed`
  }
  return undefined
}

/** A function's environment would have a variable that is a secret of its. */
export function isSecretAlready(name: string): HearthError {
  const reason = `environment "${name}" is a secret of the function: delete the secret first, or give the variable another name`
  return new HearthError('InvalidRequest', { reason })
}

/** The secrets of a function as its sandboxes get them. */
export interface FunctionSecrets {
  values: Readonly<Record<string, string>>
  /** Another one where a secret came, went or changed; absent where there are none. */
  revision?: string
}

export const NO_SECRETS: FunctionSecrets = Object.freeze({ values: Object.freeze({}) })
