import { compileWildcard } from '../../core/triggers/wildcard.ts'
import { invalid } from './logs-shapes.ts'

type Test = (data: unknown) => boolean
type Select = (data: unknown) => unknown

const TOKEN =
  /\s*(?:(\$(?:\.[\w-]+|\[\d+\]|\["[^"\\]*"\]|\['[^'\\]*'\])*)|(&&|\|\||!=|<=|>=|[=<>(){}])|"((?:[^"\\]|\\.)*)"|([^\s=<>!(){}&|"$]+))/y
const STEP = /\.([\w-]+)|\[(\d+)\]|\["([^"\\]*)"\]|\['([^'\\]*)'\]/g

type Token =
  | { kind: 'selector' | 'sign' | 'text' | 'word'; text: string }
  | { kind: 'end'; text: '' }

/**
 * Compiles `{ $.level = "ERROR" && ($.status >= 500 || $.user.name = ann*) }`: comparisons of members
 * with numbers and texts (`*` stands for any characters), `IS NULL`, `IS TRUE`, `IS FALSE`, `NOT EXISTS`,
 * put together by `&&`, `||` and parentheses. Throws InvalidParameterException for all else.
 */
export function compileJsonPattern(pattern: string): Test {
  const reader = new PatternReader(pattern)
  reader.take('{')
  const test = reader.either()
  reader.take('}')
  reader.takeEnd()
  return test
}

class PatternReader {
  readonly #tokens: Token[]
  #at = 0

  constructor(pattern: string) {
    this.#tokens = tokensOf(pattern)
  }

  either(): Test {
    const tests = [this.#all()]
    while (this.#takeIf('||')) tests.push(this.#all())
    return (data) => tests.some((test) => test(data))
  }

  take(sign: string): void {
    if (!this.#takeIf(sign)) throw this.#unexpected(`"${sign}"`)
  }

  takeEnd(): void {
    if (this.#next.kind !== 'end') throw this.#unexpected('its end')
  }

  #all(): Test {
    const tests = [this.#one()]
    while (this.#takeIf('&&')) tests.push(this.#one())
    return (data) => tests.every((test) => test(data))
  }

  #one(): Test {
    if (this.#takeIf('(')) {
      const test = this.either()
      this.take(')')
      return test
    }
    if (this.#next.kind !== 'selector') throw this.#unexpected('a member, as $.level')
    const select = selectorOf(this.#shift().text)
    const { kind, text } = this.#shift()
    if (kind === 'word') return this.#state(select, text.toUpperCase())
    if (kind === 'sign' && Object.hasOwn(COMPARISONS, text)) {
      return comparison(select, text as Sign, this.#shift())
    }
    throw invalid(`Invalid filter pattern: "${text}" cannot stand after a member.`)
  }

  #state(select: Select, first: string): Test {
    const state = `${first} ${this.#shift().text.toUpperCase()}`
    switch (state) {
      case 'IS NULL':
        return (data) => select(data) === null
      case 'IS TRUE':
        return (data) => select(data) === true
      case 'IS FALSE':
        return (data) => select(data) === false
      case 'NOT EXISTS':
        return (data) => select(data) === undefined
      default:
        throw invalid(`Invalid filter pattern: "${state}" is not supported here.`)
    }
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? END
  }

  #shift(): Token {
    const token = this.#next
    this.#at += 1
    return token
  }

  #takeIf(sign: string): boolean {
    const { kind, text } = this.#next
    if (kind !== 'sign' || text !== sign) return false
    this.#at += 1
    return true
  }

  #unexpected(wanted: string): Error {
    const { kind, text } = this.#next
    const found = kind === 'end' ? 'it ends' : `"${text}" is`
    return invalid(`Invalid filter pattern: ${found} where ${wanted} should be.`)
  }
}

const END: Token = { kind: 'end', text: '' }

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (pattern.slice(at).trim() !== '') {
    TOKEN.lastIndex = at
    const found = TOKEN.exec(pattern)
    if (!found) {
      throw invalid(`Invalid filter pattern: it cannot be read from character ${at + 1} on.`)
    }
    const [whole, selector, sign, text, word] = found
    if (selector !== undefined) tokens.push({ kind: 'selector', text: selector })
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign })
    else if (text !== undefined) tokens.push({ kind: 'text', text })
    else tokens.push({ kind: 'word', text: word ?? '' })
    at += whole.length
  }
  return tokens
}

function selectorOf(text: string): Select {
  const steps = Array.from(text.matchAll(STEP), ([, name, index, quoted, single]) =>
    index === undefined ? (name ?? quoted ?? single ?? '') : Number(index),
  )
  return (data) => {
    let found: unknown = data
    for (const step of steps) {
      const isIndex = typeof step === 'number'
      if (isIndex !== Array.isArray(found) || typeof found !== 'object' || found === null) {
        return undefined
      }
      if (!Object.hasOwn(found, step)) return undefined
      found = (found as Record<string | number, unknown>)[step]
    }
    return found
  }
}

const COMPARISONS = {
  '=': (order: number) => order === 0,
  '!=': (order: number) => order !== 0,
  '<': (order: number) => order < 0,
  '<=': (order: number) => order <= 0,
  '>': (order: number) => order > 0,
  '>=': (order: number) => order >= 0,
} as const
type Sign = keyof typeof COMPARISONS

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** A number is compared as such; a text is equal, or is not. */
function comparison(select: Select, sign: Sign, { kind, text }: Token): Test {
  if (kind === 'word' && NUMBER.test(text)) {
    const wanted = Number(text)
    const holds = COMPARISONS[sign]
    return (data) => {
      const value = select(data)
      return typeof value === 'number' ? holds(value - wanted) : sign === '!=' && isText(value)
    }
  }
  if (kind !== 'word' && kind !== 'text') {
    throw invalid(`Invalid filter pattern: a number or a text should stand after "${sign}".`)
  }
  if (sign !== '=' && sign !== '!=') {
    throw invalid(`Invalid filter pattern: "${sign}" compares numbers.`)
  }
  if (kind === 'word' && text.startsWith('%')) {
    throw invalid('Invalid filter pattern: regular expressions are not supported here.')
  }
  const matches = compileText(text)
  return (data) => {
    const value = select(data)
    if (!isText(value)) return false
    return matches(String(value)) === (sign === '=')
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function compileText(text: string): (value: string) => boolean {
  const unquoted = text.replace(/\\"/g, '"')
  if (!unquoted.includes('*')) {
    const plain = unquoted.replace(/\\\\/g, '\\')
    return (value) => value === plain
  }
  return compileWildcard(unquoted, (reason) => {
    throw invalid(`Invalid filter pattern: ${reason}.`)
  })
}
