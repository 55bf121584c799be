import { structureOf } from '../../core/logs/line-structure.ts'
import { compileJsonPattern } from './json-filter-pattern.ts'
import { invalid } from './logs-shapes.ts'

interface Term {
  kind: 'required' | 'excluded' | 'optional'
  text: string
}

/** One term: `?` or `-` may stand before it, and quotes around it, with `\"` and `\\` in them. */
const TERM = /\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))(?=\s|$)/y
const KINDS = { '': 'required', '-': 'excluded', '?': 'optional' } as const

/**
 * Compiles a filter pattern of CloudWatch Logs:
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/logs/FilterAndPatternSyntax.html
 * Terms are found with their case, anywhere in the text: all of the plain ones, none of those with `-`,
 * one at least of those with `?`. `{ … }` asks the JSON object that the line has. Regular expressions
 * and space-delimited patterns are refused. Throws InvalidParameterException.
 */
export function compileFilterPattern(pattern: string): (text: string) => boolean {
  const trimmed = pattern.trim()
  if (trimmed.startsWith('{')) {
    const matches = compileJsonPattern(trimmed)
    return (text) => {
      const { data } = structureOf(text)
      return data !== undefined && matches(data)
    }
  }
  if (trimmed.startsWith('[')) {
    throw invalid('Invalid filter pattern: space-delimited patterns are not supported here.')
  }
  const terms = termsOf(trimmed)
  const texts = (kind: Term['kind']) =>
    terms.filter((term) => term.kind === kind).map((term) => term.text)
  const [required, excluded, optional] = [texts('required'), texts('excluded'), texts('optional')]
  return (text) => {
    const isIn = (term: string) => text.includes(term)
    if (!required.every(isIn) || excluded.some(isIn)) return false
    return optional.length === 0 || optional.some(isIn)
  }
}

function termsOf(pattern: string): Term[] {
  const terms: Term[] = []
  let at = 0
  while (at < pattern.length) {
    TERM.lastIndex = at
    const found = TERM.exec(pattern)
    if (!found) {
      throw invalid(`Invalid filter pattern: it cannot be read from character ${at + 1} on.`)
    }
    const [whole, mark = '', quoted, bare = ''] = found
    if (bare.length > 2 && bare.startsWith('%') && bare.endsWith('%')) {
      throw invalid('Invalid filter pattern: regular expressions are not supported here.')
    }
    const text = quoted === undefined ? bare : quoted.replace(/\\(.)/g, '$1')
    terms.push({ kind: KINDS[mark as keyof typeof KINDS], text })
    at += whole.length
  }
  return terms
}
