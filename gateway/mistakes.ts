import type { FastifySchemaValidationError } from 'fastify'

const MISTAKES_MAX = 50

/**
 * Says every mistake that a schema found, each with the path of its field. Alternatives of one
 * field are joined by "or", so that a field has one sentence.
 */
export function mistakesOf(
  errors: readonly FastifySchemaValidationError[],
  part: string,
): string[] {
  const unions = errors.filter((error) => error.keyword === 'anyOf').map(placeOf)
  const exact = new Set(errors.filter((error) => error.keyword === 'const').map(placeOf))
  const sentences = new Map<string, string[]>()
  for (const error of errors) {
    // All of these repeat what other errors of the same value say.
    if (error.keyword === 'boolean' || error.keyword === 'anyOf') continue
    if (error.keyword === 'type' && exact.has(placeOf(error))) continue
    const union = unions.find((place) => placeOf(error).startsWith(`${place}/anyOf/`))
    const group = union ?? `${placeOf(error)}:${error.keyword}`
    const sentence = sentenceOf(error)
    const known = sentences.get(group)
    if (known && !known.includes(sentence)) known.push(sentence)
    if (!known) sentences.set(group, [fieldOf(error, part), sentence])
  }
  const all = [...sentences.values()].map(
    ([field, ...alternatives]) => `${field} ${alternatives.join(' or ')}`,
  )
  if (all.length <= MISTAKES_MAX) return all
  return [...all.slice(0, MISTAKES_MAX), `and ${all.length - MISTAKES_MAX} more`]
}

/** Where in the value and the schema, together: array items share a schema. */
function placeOf(error: FastifySchemaValidationError): string {
  return `${error.instancePath}:${error.schemaPath}`
}

function fieldOf(error: FastifySchemaValidationError, part: string): string {
  if (error.instancePath === '') return part
  const path = error.instancePath
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.')
  return `"${path.slice(0, 200)}"`
}

function sentenceOf(error: FastifySchemaValidationError): string {
  const { params } = error
  switch (error.keyword) {
    case 'additionalProperties':
      return `has unknown fields: ${quoted(params.additionalProperties)}`
    case 'required':
      return `lacks ${quoted(params.requiredProperties)}`
    case 'enum':
      return `must be one of ${quoted(params.allowedValues)}`
    case 'const':
      return `must be ${JSON.stringify(params.allowedValue)}`
    default:
      return error.message ?? 'is not valid'
  }
}

function quoted(names: unknown): string {
  const list = Array.isArray(names) ? names : [names]
  const shown = list.slice(0, 20).map((name) => JSON.stringify(String(name).slice(0, 100)))
  return list.length > 20 ? `${shown.join(', ')}, …` : shown.join(', ')
}
