import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import type { TLocalizedValidationError } from 'typebox/error'
import { constraintsOf, pathOf } from '../lambda/violations.ts'

const SHOWN_MAX = 200
const MISTAKES_MAX = 20

const validators = new WeakMap<TSchema, Validator>()

/** What is wrong with an operation's input, in AWS's words; undefined where it is good. */
export function inputMistakes(schema: TSchema, input: unknown): string | undefined {
  let validator = validators.get(schema)
  if (!validator) {
    validator = Compile(schema)
    validators.set(schema, validator)
  }
  if (validator.Check(input)) return undefined
  const errors = validator.Errors(input)
  const mistakes = [...new Set(errors.flatMap((error) => sentencesOf(schema, error, input)))]
  const shown = mistakes.slice(0, MISTAKES_MAX).join('; ')
  const plural = mistakes.length === 1 ? '' : 's'
  return `${mistakes.length} validation error${plural} detected: ${shown}`
}

function sentencesOf(schema: TSchema, error: TLocalizedValidationError, input: unknown): string[] {
  const { instancePath, keyword } = error
  const params = error.params as Record<string, unknown>
  // Says of each member that is not supported what the next case says of all.
  if (keyword === 'boolean') return []
  if (keyword === 'additionalProperties') {
    const names = params.additionalProperties as string[]
    return names.map(
      (name) => `Member '${placeOf(`${instancePath}/${name}`)}' is not supported here`,
    )
  }
  const pairs: [string, string][] =
    keyword === 'type'
      ? [[instancePath, `be of type ${[params.type].flat().join(' or ')}`]]
      : constraintsOf(schema, error)
  return pairs.map(([path, constraint]) => {
    // Patterns of schemas are anchored; AWS shows them without.
    const plain = constraint.replace(/(pattern: )\^(.*)\$$/, '$1$2')
    const value = shownAt(input, path)
    return `Value ${value} at '${placeOf(path)}' failed to satisfy constraint: Member must ${plain}`
  })
}

function placeOf(path: string): string {
  return printable(pathOf(path)).slice(0, SHOWN_MAX)
}

function shownAt(input: unknown, path: string): string {
  let found = input
  for (const step of path.split('/').slice(1)) found = (found as Record<string, unknown>)?.[step]
  if (found === undefined) return 'null'
  const text = typeof found === 'string' ? found : JSON.stringify(found)
  return `'${printable(text.slice(0, SHOWN_MAX))}'`
}

/** XML has no place for most control characters. */
function printable(text: string): string {
  return text.toWellFormed().replace(/[^\P{C}\t\n\r]/gu, '\ufffd')
}
