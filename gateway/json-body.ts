import { isUtf8 } from 'node:buffer'
import { HearthError } from '../core/errors.ts'
import { isTooDeep, JSON_DEPTH_MAX } from '../core/json-depth.ts'
import type { GatewayApp } from './parts.ts'

/** Throws JsonTooDeep. */
export function checkDepth(body: Buffer): void {
  if (isTooDeep(body)) throw new HearthError('JsonTooDeep', { limit: JSON_DEPTH_MAX })
}

/** Reads a body that is to be JSON. Throws InvalidJson, JsonTooDeep. */
export function readJson(body: Buffer): unknown {
  checkDepth(body)
  if (!isUtf8(body)) throw new HearthError('InvalidJson', { reason: 'it is not UTF-8' })
  try {
    return JSON.parse(body.toString())
  } catch (cause) {
    throw new HearthError('InvalidJson', { reason: (cause as Error).message }, { cause })
  }
}

/** Reads a body that is kept. Throws InvalidJson, JsonTooDeep. */
export function readFields(body: Buffer): unknown {
  const value = readJson(body)
  requireStorable(body.toString())
  return value
}

const POISON = 'it has a key "__proto__", or "constructor" with "prototype" in it'
/** Without an escape no text has half of a surrogate pair, and each key is spelt out. */
const SUSPECT = /\\u|__proto__/

/**
 * Half of a surrogate pair is no text, and what it is kept in could not be read again by the scripts
 * of Redis; a key that reaches a prototype no backup takes. Throws InvalidJson.
 */
export function requireStorable(json: string): void {
  if (!SUSPECT.test(json)) return
  JSON.parse(json, (key, value) => {
    if (key === '__proto__') throw new HearthError('InvalidJson', { reason: POISON })
    if (!key.isWellFormed() || (typeof value === 'string' && !value.isWellFormed())) {
      throw new HearthError('InvalidJson', { reason: 'it has half of a surrogate pair' })
    }
    return value
  })
}

/** JSON bodies of the API's own fields: checked for depth, and for keys that reach prototypes. */
export function addJsonParser(app: GatewayApp): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request, body, done) => {
      const value = readFields(body)
      void parse(request, body.toString(), (error) => {
        if (error) done(poisoned(error))
        else done(null, value)
      })
    },
  )
}

function poisoned(cause: Error): HearthError {
  return new HearthError('InvalidJson', { reason: POISON }, { cause })
}
