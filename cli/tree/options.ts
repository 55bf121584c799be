import { InvalidArgumentError } from 'commander'

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
}

/** Reads a time: "15m" ago, or a date as JSON has it. Resolves to ISO 8601. */
export function timeOf(text: string): string {
  const ago = /^(\d{1,6})([smhd])$/.exec(text)
  const ms = ago ? Date.now() - Number(ago[1]) * (UNITS_MS[ago[2] ?? ''] ?? 0) : Date.parse(text)
  if (Number.isNaN(ms)) {
    throw new InvalidArgumentError('It must be a time like 15m, 2h, 3d, or 2026-01-31T09:30:00Z.')
  }
  return new Date(ms).toISOString()
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
