import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import type { TLocalizedValidationError } from 'typebox/error'

const VALUE_SHOWN = 200
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
  const mistakes = validator.Errors(input).flatMap((error) => sentencesOf(error, input))
  if (mistakes.length === 0) return undefined
  const shown = mistakes.slice(0, MISTAKES_MAX).join('; ')
  const plural = mistakes.length === 1 ? '' : 's'
  return `${mistakes.length} validation error${plural} detected: ${shown}`
}

function sentencesOf(error: TLocalizedValidationError, input: unknown): string[] {
  const { instancePath, keyword } = error
  const params = error.params as Record<string, unknown>
  if (keyword === 'required') {
    const names = params.requiredProperties as string[]
    return names.map((name) => failed('null', `${instancePath}/${name}`, 'Member must not be null'))
  }
  if (keyword === 'additionalProperties') {
    const names = params.additionalProperties as string[]
    return names.map((name) => `Member '${place(`${instancePath}/${name}`)}' is not supported here`)
  }
  const constraint = constraintOf(keyword, params)
  return constraint === undefined
    ? []
    : [failed(shownAt(input, instancePath), instancePath, constraint)]
}

function failed(value: string, path: string, constraint: string): string {
  return `Value ${value} at '${place(path)}' failed to satisfy constraint: ${constraint}`
}

function constraintOf(keyword: string, params: Record<string, unknown>): string | undefined {
  switch (keyword) {
    case 'minLength':
    case 'minItems':
      return `Member must have length greater than or equal to ${params.limit}`
    case 'maxLength':
    case 'maxItems':
    case 'maxProperties':
      return `Member must have length less than or equal to ${params.limit}`
    case 'minimum':
      return `Member must have value greater than or equal to ${params.limit}`
    case 'maximum':
      return `Member must have value less than or equal to ${params.limit}`
    case 'pattern':
      return `Member must satisfy regular expression pattern: ${bare(String(params.pattern))}`
    case 'enum':
      return `Member must satisfy enum value set: [${(params.allowedValues as string[]).join(', ')}]`
    case 'type':
      return `Member must be of type ${[params.type].flat().join(' or ')}`
    default:
      // The others repeat what these say.
      return undefined
  }
}

/** Patterns of schemas are anchored; AWS shows them without. */
function bare(pattern: string): string {
  return pattern.replace(/^(?:\/)?\^/, '').replace(/\$(?:\/u?)?$/, '')
}

/** `/Targets/0/Id` is `targets.1.member.id`, as AWS spells places. */
function place(path: string): string {
  return path
    .split('/')
    .slice(1)
    .map((step) => (/^\d+$/.test(step) ? `${Number(step) + 1}.member` : lowerFirst(step)))
    .join('.')
    .slice(0, VALUE_SHOWN)
}

function lowerFirst(name: string): string {
  return printable(`${name.charAt(0).toLowerCase()}${name.slice(1)}`)
}

function shownAt(input: unknown, path: string): string {
  let found = input
  for (const step of path.split('/').slice(1)) found = (found as Record<string, unknown>)?.[step]
  const text = typeof found === 'string' ? found : (JSON.stringify(found) ?? 'null')
  return `'${printable(text.slice(0, VALUE_SHOWN))}'`
}

/** XML has no place for most control characters. */
function printable(text: string): string {
  return text.toWellFormed().replace(/[^\P{C}\t\n\r]/gu, '\ufffd')
}
