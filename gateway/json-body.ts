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

/** JSON bodies of the API's own fields: checked for depth, and for keys that reach prototypes. */
export function addJsonParser(app: GatewayApp): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request, body, done) => {
      const value = readJson(body)
      void parse(request, body.toString(), (error) => {
        if (error) done(poisoned(error))
        else done(null, value)
      })
    },
  )
}

function poisoned(cause: Error): HearthError {
  const reason = 'it has a key "__proto__", or "constructor" with "prototype" in it'
  return new HearthError('InvalidJson', { reason }, { cause })
}
