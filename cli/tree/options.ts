import { InvalidArgumentError, Option } from 'commander'

/** Reads a whole number of at least `min` out of an option. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (/^\d+$/.test(text) && number >= min && number <= max) return number
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
  }
}

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
}

/** Reads a time: "15m" ago, or a date as JSON has it. Resolves to ISO 8601. */
function timeOf(text: string): string {
  const [, count, unit = ''] = /^(\d{1,6})([smhdw])$/.exec(text) ?? []
  // Date.parse alone takes "5" for a month.
  const date = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  const ms = count === undefined ? date : Date.now() - Number(count) * (UNITS_MS[unit] ?? 0)
  if (Number.isNaN(ms)) {
    throw new InvalidArgumentError(
      'It must be a time like 15m, 2h, 3d, 1w, or 2026-01-31T09:30:00Z.',
    )
  }
  return new Date(ms).toISOString()
}

export function since(): Option {
  return new Option('--since <time>', 'from then on: 15m, 2h, 3d, 1w, or a date').argParser(timeOf)
}

export function until(): Option {
  return new Option('--until <time>', 'up to then').argParser(timeOf)
}

export function yes(): Option {
  return new Option('-y, --yes', 'do not ask')
}

/** Gathers an option that may be given several times. */
export function gather(text: string, before: string[] = []): string[] {
  return [...before, text]
}

/** Reads JSON out of an option. */
export function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new InvalidArgumentError(`It must be JSON: ${(cause as Error).message}.`)
  }
}
