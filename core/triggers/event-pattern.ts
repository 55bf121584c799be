import { HearthError } from '../errors.ts'
import { compileMatcher, type Leaf, type LeafMatcher } from './leaf-matcher.ts'

/** Whether an event (a JSON value) fits. */
export type EventMatcher = (event: unknown) => boolean

type Fields = Record<string, unknown>
/** Whether one object of the event fits; `event` is the whole of it. */
type Part = (object: Fields, event: unknown) => boolean

const PATTERN_BYTES_MAX = 4096
const OR = '$or'

/**
 * Compiles a pattern of EventBridge's language. Throws InvalidEventPattern with the path of the
 * field and the reason. The result takes time linear in the size of the event.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 *
 * Differs from EventBridge in one point: numbers are compared by value, so 300 is 3.0e2.
 */
export function compilePattern(pattern: unknown): EventMatcher {
  const bytes = Buffer.byteLength(JSON.stringify(pattern) ?? '')
  if (bytes > PATTERN_BYTES_MAX) refuse([], `it is larger than ${PATTERN_BYTES_MAX} bytes`)
  const fits = compileObject(pattern, [])
  return (event) => isObject(event) && fits(event, event)
}

function compileObject(pattern: unknown, path: readonly string[]): Part {
  if (!isObject(pattern)) return refuse(path, 'it must be an object')
  const entries = Object.entries(pattern)
  if (entries.length === 0) return refuse(path, 'it has no fields')
  const parts = entries.map(([name, value]) => {
    if (name === OR && isAlternatives(value)) return compileOr(value, path)
    return Array.isArray(value)
      ? compileLeaf(name, value, path)
      : compileNested(name, value, [...path, name])
  })
  return (object, event) => parts.every((fits) => fits(object, event))
}

/** EventBridge takes `$or` as the name of a field where its value cannot be alternatives. */
function isAlternatives(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length >= 2 && value.every(isObject)
}

/** Each alternative stands in the place of the object that `$or` is in. */
function compileOr(alternatives: unknown[], path: readonly string[]): Part {
  const parts = alternatives.map((one) => compileObject(one, path))
  return (object, event) => parts.some((fits) => fits(object, event))
}

/** An array of objects fits where one of its objects does, all its fields together. */
function compileNested(name: string, value: unknown, path: readonly string[]): Part {
  if (!isObject(value)) return refuse(path, 'it must be an array of values, or an object')
  const fits = compileObject(value, path)
  return (object, event) => {
    const inner = flat(own(object, name)).filter(isObject)
    if (inner.length === 0) return fits({}, event)
    return inner.some((one) => fits(one, event))
  }
}

function compileLeaf(name: string, alternatives: unknown[], parent: readonly string[]): Part {
  const path = [...parent, name]
  if (alternatives.length === 0) return refuse(path, 'its array is empty')
  const matchers: LeafMatcher[] = []
  let absent = false
  for (const one of alternatives) {
    const matcher = compileMatcher(one, (reason) => refuse(path, reason))
    if (matcher === 'absent') absent = true
    else matchers.push(matcher)
  }
  return (object, event) => {
    if (absent && leavesAt(event, path).length === 0) return true
    const leaves = flat(own(object, name)).filter(isLeaf)
    return leaves.some((leaf) => matchers.some((matches) => matches(leaf)))
  }
}

/** Every value that the path leads to, through arrays on the way. */
function leavesAt(event: unknown, path: readonly string[]): Leaf[] {
  let values = flat(event)
  for (const name of path) values = values.filter(isObject).flatMap((one) => flat(own(one, name)))
  return values.filter(isLeaf)
}

function own(object: Fields, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

function flat(value: unknown): unknown[] {
  return Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value]
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isLeaf(value: unknown): value is Leaf {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

function refuse(path: readonly string[], reason: string): never {
  const place = path.length === 0 ? 'the pattern' : `"${path.join('.').slice(0, 200)}"`
  throw new HearthError('InvalidEventPattern', { reason: `${place}: ${reason}` })
}
