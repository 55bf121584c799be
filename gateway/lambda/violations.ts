import type { TSchema } from 'typebox'
import type { TLocalizedValidationError } from 'typebox/error'
import { LambdaError } from './lambda-error.ts'

/**
 * What is wrong with a request, in Lambda's words: all violations in one message, or for a value of
 * another type the one that no parser could read.
 */
export function violationsOf(
  schema: TSchema,
  value: unknown,
  errors: readonly TLocalizedValidationError[],
): LambdaError {
  const said = new Set<string>()
  for (const error of errors) {
    if (error.keyword === 'type') {
      const message = `Unexpected type at '${pathOf(error.instancePath)}': ${error.message ?? ''}`
      return new LambdaError('SerializationException', message)
    }
    for (const [path, constraint] of constraintsOf(schema, error)) {
      const shown = shownValue(at(value, path))
      said.add(
        `Value ${shown} at '${pathOf(path)}' failed to satisfy constraint: Member must ${constraint}`,
      )
    }
  }
  const list = [...said]
  const count = list.length === 1 ? '1 validation error' : `${list.length} validation errors`
  return new LambdaError('ValidationException', `${count} detected: ${list.join('; ')}`)
}

/** Pairs of the place and what must be true there. */
export function constraintsOf(
  schema: TSchema,
  error: TLocalizedValidationError,
): [string, string][] {
  const { keyword, instancePath } = error
  const params = error.params as Record<string, unknown>
  const { limit } = params
  const here = (constraint: string): [string, string][] => [[instancePath, constraint]]
  const item = at(schema, error.schemaPath.slice(1)) as TSchema & ItemBounds
  if (/\/\d+$/.test(instancePath) && OF_ITEMS.has(keyword)) {
    return [[instancePath.replace(/\/\d+$/, ''), constraintOfItems(item)]]
  }
  switch (keyword) {
    case 'required':
      return (params.requiredProperties as string[]).map((name) => [
        `${instancePath}/${name}`,
        'not be null',
      ])
    case 'pattern': {
      const pattern = item.awsPattern ?? String(params.pattern)
      return here(`satisfy regular expression pattern: ${pattern}`)
    }
    case 'enum':
      return here(`satisfy enum value set: [${(params.allowedValues as string[]).join(', ')}]`)
    case 'minLength':
    case 'minItems':
      return here(`have length greater than or equal to ${limit}`)
    case 'maxLength':
    case 'maxItems':
    case 'maxProperties':
      return here(`have length less than or equal to ${limit}`)
    case 'minimum':
      return here(`have value greater than or equal to ${limit}`)
    case 'maximum':
      return here(`have value less than or equal to ${limit}`)
    default:
      return here(error.message ?? 'be valid')
  }
}

interface ItemBounds {
  awsPattern?: string
  minLength?: number
  maxLength?: number
  enum?: string[]
}

const OF_ITEMS: ReadonlySet<string> = new Set(['enum', 'pattern', 'minLength', 'maxLength'])

/** Of a list whose items are texts Lambda names the list, and all that must hold of each item. */
function constraintOfItems(item: ItemBounds): string {
  const { minLength = 0, maxLength, awsPattern = '.*' } = item
  const all = item.enum
    ? [`satisfy enum value set: [${item.enum.join(', ')}]`]
    : [
        ...(maxLength === undefined ? [] : [`have length less than or equal to ${maxLength}`]),
        `have length greater than or equal to ${minLength}`,
        `satisfy regular expression pattern: ${awsPattern}`,
      ]
  const said = [...all, 'not be null'].map((constraint) => `Member must ${constraint}`)
  return `satisfy constraint: [${said.join(', ')}]`
}

/** As Lambda names members: `/SnapStart/ApplyOn` is `snapStart.applyOn`. */
export function pathOf(instancePath: string): string {
  return instancePath
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((name) => (/^\d+$/.test(name) ? `${Number(name) + 1}.member` : lowerCamel(name)))
    .join('.')
}

function lowerCamel(name: string): string {
  return name.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]/, (head) => head.toLowerCase())
}

function shownValue(value: unknown): string {
  if (value === undefined || value === null) return 'null'
  const isTexts = Array.isArray(value) && value.every((item) => typeof item === 'string')
  const text =
    typeof value === 'string' ? value : isTexts ? `[${value.join(', ')}]` : JSON.stringify(value)
  return `'${text.slice(0, 1000)}'`
}

function at(value: unknown, path: string): unknown {
  let found = value
  for (const step of path.split('/').slice(1)) found = (found as Record<string, unknown>)?.[step]
  return found
}
