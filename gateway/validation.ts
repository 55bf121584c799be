import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { TLocalizedValidationError } from 'typebox/error'
import { Settings } from 'typebox/system'
import { Value } from 'typebox/value'

/** A caller gets all mistakes of a request at once; past this many there is nothing left to learn. */
Settings.Set({ maxErrors: 100 })

/**
 * Bodies are taken as they are: nothing is converted, dropped or filled in. Query strings are
 * text, so numbers and booleans in them are read as such.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  // Bytes that a parser has already taken over are no JSON.
  if ((schema as { format?: string }).format === 'binary') return () => true
  const validator = Compile(schema)
  const isQuery = httpPart === 'querystring'
  return (given: unknown) => {
    if (validator.Check(given)) return { value: given }
    const value = isQuery ? Value.Convert(schema, given) : given
    if (isQuery && validator.Check(value)) return { value }
    const errors = ofTheirType(schema, value, validator.Errors(value))
    return { error: errors.map((error) => inWords(schema, error)) as never }
  }
}

/**
 * Where `type` says which of several schemas is meant, mistakes are told of this one only, or of
 * `type` alone where it is none of them.
 */
function ofTheirType(
  schema: TSchema,
  value: unknown,
  errors: TLocalizedValidationError[],
): TLocalizedValidationError[] {
  return errors.reduce((left, union) => {
    if (union.keyword !== 'anyOf') return left
    const { anyOf = [] } = schemaAt(schema, union.schemaPath) as { anyOf?: Tagged[] }
    const types = anyOf.map((one) => one.properties?.type?.const)
    if (types.includes(undefined)) return left
    const isOf = (branch: string) => (error: TLocalizedValidationError) =>
      `${error.schemaPath}/`.startsWith(`${union.schemaPath}/anyOf/${branch}`)
    const others = left.filter((error) => error !== union && !isOf('')(error))
    const found = at(value, union.instancePath)
    const meant = types.indexOf(String((found as { type?: unknown } | null | undefined)?.type))
    if (meant >= 0) return [...others, ...left.filter(isOf(`${meant}/`))]
    return [...others, { ...union, ...typeMistake(found, union.instancePath, types) } as never]
  }, errors)
}

function typeMistake(found: unknown, instancePath: string, types: unknown[]) {
  if (typeof found !== 'object' || found === null) {
    return { keyword: 'type', message: 'must be object' }
  }
  if (!('type' in found)) return { keyword: 'required', params: { requiredProperties: ['type'] } }
  const params = { allowedValues: types }
  return { keyword: 'enum', instancePath: `${instancePath}/type`, params }
}

interface Tagged {
  properties?: { type?: { const?: string } }
}

/** A pattern is said in the words of its description, where it has one. */
function inWords(schema: TSchema, error: TLocalizedValidationError): TLocalizedValidationError {
  if (error.keyword !== 'pattern') return error
  const { description } = schemaAt(schema, error.schemaPath) as { description?: unknown }
  return typeof description === 'string' ? { ...error, message: `must be: ${description}` } : error
}

function schemaAt(schema: unknown, path: string): object {
  const found = at(schema, path)
  return found !== null && typeof found === 'object' ? found : {}
}

function at(value: unknown, path: string): unknown {
  let found = value
  for (const step of path.split('/').slice(1)) found = (found as Record<string, unknown>)?.[step]
  return found
}
