type Fields = Record<string, unknown>

/** Of each field that a pattern names, a value that it lets through, on top of `event`; `$or` by its first choice. */
export function fitted(event: Fields, pattern: Fields): Fields {
  const { $or: alternatives, ...fields } = pattern
  const isChoice =
    Array.isArray(alternatives) && alternatives.length > 1 && isFields(alternatives[0])
  const named = isChoice ? fields : pattern
  const fit = { ...event }
  for (const [name, wanted] of Object.entries(named)) {
    const before = event[name]
    if (!Array.isArray(wanted)) {
      fit[name] = fitted(isFields(before) ? before : {}, wanted as Fields)
      continue
    }
    const value = passing(wanted[0], before)
    if (value === undefined) delete fit[name]
    else fit[name] = Array.isArray(before) ? [value] : value
  }
  return isChoice ? fitted(fit, alternatives[0] as Fields) : fit
}

/** A value that one entry of a pattern's array lets through; undefined where nothing may be there. */
function passing(entry: unknown, before: unknown): unknown {
  if (!isFields(entry)) return entry
  const [[kind, operand] = ['', undefined]] = Object.entries(entry)
  if (kind === 'exists') return operand === true ? (before ?? 'value') : undefined
  if (kind === 'numeric') return inRange(operand as (string | number)[])
  if (kind === 'anything-but') return except(operand)
  if (kind === 'wildcard') return String(operand).replaceAll(/\\(.)|\*/g, '$1')
  if (kind === 'cidr') return String(operand).split('/')[0]
  // prefix, suffix and equals-ignore-case; the first two may hold the third.
  return isFields(operand) ? operand['equals-ignore-case'] : operand
}

/** `[">", 0, "<=", 5]`, or one comparison. */
function inRange([first, low, second, high]: (string | number)[]): number {
  const from = Number(low)
  const to = Number(high)
  if (first === '<') return from - 1
  if (first !== '>') return from
  if (second === undefined) return from + 1
  return second === '<=' ? to : (from + to) / 2
}

const OTHERS = ['other', 'value', 'sample', '~']

/** Neither of the values, nor what begins, ends or looks like one of the texts. */
function except(operand: unknown): unknown {
  const [[kind, texts] = ['', operand]] = isFields(operand) ? Object.entries(operand) : []
  const refused = [texts].flat()
  if (typeof refused[0] === 'number') return Math.max(...(refused as number[])) + 1
  const isRefused = (value: string) => refused.some((text) => looksLike(value, kind, String(text)))
  // A number is never one of the texts.
  return OTHERS.find((value) => !isRefused(value)) ?? 0
}

function looksLike(value: string, kind: string, text: string): boolean {
  if (kind === 'prefix') return value.startsWith(text)
  if (kind === 'suffix') return value.endsWith(text)
  // Whatever a wildcard says of these, it says of no number.
  if (kind === 'wildcard') return true
  return value.toLowerCase() === text.toLowerCase()
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
