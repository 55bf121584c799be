const LONG_NUMBER = /\d{16}|\d\.\d{16}|\d[eE]/

interface RawJson {
  rawJSON(text: string): unknown
}

/**
 * Parses a handler's JSON so that writing it again gives the same numbers: one that a double cannot
 * hold (an id of 19 digits) is kept as its text.
 */
export function parseExact(text: string): unknown {
  if (text === '') return null
  if (!LONG_NUMBER.test(text)) return JSON.parse(text)
  const revive = (_key: string, value: unknown, context: { source?: string }) =>
    typeof value === 'number' && context.source !== undefined && String(value) !== context.source
      ? (JSON as unknown as RawJson).rawJSON(context.source)
      : value
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown)
}
