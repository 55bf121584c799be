import { BlockList, isIP } from 'node:net'
import { compileWildcard } from './wildcard.ts'

export type Leaf = string | number | boolean | null
export type LeafMatcher = (leaf: Leaf) => boolean
type Refuse = (reason: string) => never
type Compile = (operand: unknown, refuse: Refuse) => LeafMatcher

/**
 * Compiles one entry of a pattern's array: a value, or an object with one matcher. `absent` is
 * `{"exists": false}`, which no value can fulfil.
 */
export function compileMatcher(entry: unknown, refuse: Refuse): LeafMatcher | 'absent' {
  if (isLeaf(entry)) return (leaf) => leaf === entry
  const [name, operand] = onlyEntry(entry, refuse)
  if (name === 'exists') {
    if (typeof operand !== 'boolean') return refuse('"exists" takes true or false')
    return operand ? () => true : 'absent'
  }
  const compile = MATCHERS.get(name)
  if (!compile) return refuse(`"${name.slice(0, 50)}" is no matcher; there are ${NAMES}`)
  return compile(operand, refuse)
}

const MATCHERS = new Map<string, Compile>([
  ['prefix', (operand, refuse) => affix('prefix', operand, refuse)],
  ['suffix', (operand, refuse) => affix('suffix', operand, refuse)],
  ['equals-ignore-case', equalsIgnoreCase],
  ['wildcard', wildcard],
  ['numeric', numeric],
  ['cidr', cidr],
  ['anything-but', anythingBut],
])
const NAMES = ['exists', ...MATCHERS.keys()].join(', ')

function affix(kind: 'prefix' | 'suffix', operand: unknown, refuse: Refuse): LeafMatcher {
  if (typeof operand === 'string') return affixOf(kind, operand)
  const usage = `"${kind}" takes a string, or {"equals-ignore-case": string}`
  const [name, text] = onlyEntry(operand, () => refuse(usage))
  if (name !== 'equals-ignore-case' || typeof text !== 'string') return refuse(usage)
  const matches = affixOf(kind, text.toLowerCase())
  return (leaf) => typeof leaf === 'string' && matches(leaf.toLowerCase())
}

function affixOf(kind: 'prefix' | 'suffix', text: string): LeafMatcher {
  return kind === 'prefix'
    ? (leaf) => typeof leaf === 'string' && leaf.startsWith(text)
    : (leaf) => typeof leaf === 'string' && leaf.endsWith(text)
}

function equalsIgnoreCase(operand: unknown, refuse: Refuse): LeafMatcher {
  if (typeof operand !== 'string') return refuse('"equals-ignore-case" takes a string')
  const text = operand.toLowerCase()
  return (leaf) => typeof leaf === 'string' && leaf.toLowerCase() === text
}

function wildcard(operand: unknown, refuse: Refuse): LeafMatcher {
  if (typeof operand !== 'string') return refuse('"wildcard" takes a string')
  const matches = compileWildcard(operand, refuse)
  return (leaf) => typeof leaf === 'string' && matches(leaf)
}

const COMPARISONS: Record<string, (a: number, b: number) => boolean> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}
const NUMBER_MAX = 5e9

/** `[">", 0, "<=", 5]`, or one comparison alone; a range names its lower end first. */
function numeric(operand: unknown, refuse: Refuse): LeafMatcher {
  const usage = '"numeric" takes a comparison and a number, as [">", 0] or [">", 0, "<=", 5]'
  if (!Array.isArray(operand) || ![2, 4].includes(operand.length)) return refuse(usage)
  const [first, low, second, high] = operand as unknown[]
  const meetsFirst = comparison(first, low, refuse)
  if (operand.length === 2) return meetsFirst
  const isRange = ['>', '>='].includes(String(first)) && ['<', '<='].includes(String(second))
  if (!isRange) return refuse('a range of "numeric" is > or >=, then < or <=')
  const meetsSecond = comparison(second, high, refuse)
  if ((low as number) >= (high as number)) return refuse('the range of "numeric" is empty')
  return (leaf) => meetsFirst(leaf) && meetsSecond(leaf)
}

function comparison(operator: unknown, operand: unknown, refuse: Refuse): LeafMatcher {
  const compare = typeof operator === 'string' ? COMPARISONS[operator] : undefined
  if (!compare) return refuse('"numeric" compares with =, <, <=, > or >=')
  if (typeof operand !== 'number' || Math.abs(operand) > NUMBER_MAX) {
    return refuse('"numeric" takes numbers from -5e9 to 5e9')
  }
  return (leaf) => typeof leaf === 'number' && compare(leaf, operand)
}

/** An address of either family, as "10.0.0.0/8" or one address alone. */
function cidr(operand: unknown, refuse: Refuse): LeafMatcher {
  const usage = '"cidr" takes a block of addresses, as "10.0.0.0/8"'
  if (typeof operand !== 'string') return refuse(usage)
  const [network = '', bits, ...rest] = operand.split('/')
  const version = isIP(network)
  const width = version === 4 ? 32 : 128
  const length = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : -1
  if (version === 0 || rest.length > 0 || length < 0 || length > width) return refuse(usage)
  const block = new BlockList()
  block.addSubnet(network, length, version === 4 ? 'ipv4' : 'ipv6')
  return (leaf) => {
    if (typeof leaf !== 'string' || isIP(leaf) !== version) return false
    return block.check(leaf, version === 4 ? 'ipv4' : 'ipv6')
  }
}

const NEGATED = new Set(['prefix', 'suffix', 'equals-ignore-case', 'wildcard'])

/** Fits every value but those; also one of another type, as a number where strings are named. */
function anythingBut(operand: unknown, refuse: Refuse): LeafMatcher {
  const usage =
    '"anything-but" takes strings or numbers, or {"prefix" | "suffix" | "equals-ignore-case" | "wildcard": strings}'
  if (isValues(operand)) {
    const values = new Set<Leaf>([operand].flat())
    return (leaf) => !values.has(leaf)
  }
  const [name, operands] = onlyEntry(operand, () => refuse(usage))
  const compile = MATCHERS.get(name)
  const texts = [operands].flat()
  const isTexts = texts.length > 0 && texts.every((text) => typeof text === 'string')
  if (!compile || !NEGATED.has(name) || !isTexts) return refuse(usage)
  const matchers = texts.map((text) => compile(text, refuse))
  return (leaf) => !matchers.some((matches) => matches(leaf))
}

function isValues(operand: unknown): operand is string | number | (string | number)[] {
  const values = [operand].flat()
  return (
    values.length > 0 &&
    (values.every((value) => typeof value === 'string') ||
      values.every((value) => typeof value === 'number'))
  )
}

function isLeaf(value: unknown): value is Leaf {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

function onlyEntry(value: unknown, refuse: Refuse): [string, unknown] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('its array takes values and matchers, but no arrays')
  }
  const [entry, ...others] = Object.entries(value)
  if (!entry || others.length > 0) return refuse('a matcher is an object with exactly one field')
  return entry
}
