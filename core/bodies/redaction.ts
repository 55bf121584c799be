import { parseExact } from '../exact-json.ts'
import { isTooDeep } from '../json-depth.ts'

const REDACTED = '[redacted]'

/**
 * Replaces the values of members by `"[redacted]"`, in JSON text and in JSON that its strings hold, and a
 * string whose JSON is nested too deep to be looked through. A rule names a member, in any letter case and
 * at any depth, or with dots what is around it as well. Arrays count for nothing on the way. Throws where
 * the text is no JSON, or nested too deep.
 */
export function redact(json: string, rules: readonly string[]): string {
  if (rules.length === 0) return json
  const paths = rules
    .map((rule) => rule.toLowerCase())
    // A member's own name may have dots.
    .flatMap((rule) => [[rule], ...(rule.includes('.') ? [rule.split('.').reverse()] : [])])
  return JSON.stringify(redactValue(parseExact(json), [], paths))
}

/** `names` lead to the value, the nearest first; `paths` are in the same order. */
function redactValue(
  value: unknown,
  names: readonly string[],
  paths: readonly string[][],
): unknown {
  if (typeof value === 'string') return redactText(value, names, paths)
  if (Array.isArray(value)) return value.map((one) => redactValue(one, names, paths))
  if (typeof value !== 'object' || value === null || isRaw(value)) return value
  const made: [string, unknown][] = Object.entries(value).map(([name, inner]) => {
    const way = [name.toLowerCase(), ...names]
    const isHidden = paths.some((path) => path.every((part, at) => part === way[at]))
    return [name, isHidden ? REDACTED : redactValue(inner, way, paths)]
  })
  return Object.fromEntries(made)
}

/** A body that was sent as text is often JSON: what is in there is no more to be kept than elsewhere. */
function redactText(text: string, names: readonly string[], paths: readonly string[][]): string {
  if (!/^\s*[[{"]/.test(text)) return text
  if (isTooDeep(Buffer.from(text))) return REDACTED
  try {
    // Byte order marks count as space above, and are none in JSON.
    return JSON.stringify(redactValue(parseExact(text.replace(/^\uFEFF+/, '')), names, paths))
  } catch (error) {
    return error instanceof SyntaxError ? text : REDACTED
  }
}

/** A number that is kept as its text. */
function isRaw(value: object): boolean {
  return (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value)
}
