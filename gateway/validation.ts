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
    const value = isQuery ? Value.Convert(schema, given) : given
    if (validator.Check(value)) return { value }
    return { error: validator.Errors(value).map((error) => inWords(schema, error)) as never }
  }
}

/** A pattern is said in the words of its description, where it has one. */
function inWords(schema: TSchema, error: TLocalizedValidationError): TLocalizedValidationError {
  if (error.keyword !== 'pattern') return error
  const { description } = schemaAt(schema, error.schemaPath) as { description?: unknown }
  return typeof description === 'string' ? { ...error, message: `must be: ${description}` } : error
}

function schemaAt(schema: unknown, path: string): object {
  let found = schema
  for (const step of path.split('/').slice(1)) found = (found as Record<string, unknown>)?.[step]
  return found !== null && typeof found === 'object' ? found : {}
}
