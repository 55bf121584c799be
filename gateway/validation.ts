import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
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
    return validator.Check(value) ? { value } : { error: validator.Errors(value) as never }
  }
}
