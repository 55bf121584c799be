/** One line of the table: a figure, what it is measured against, and whether it holds. */
export interface Row {
  what: string
  /** The figure in its own unit, for the reader. */
  figure: string
  /** What it was compared with in the same run. */
  against: string
  /** The number that the budget binds. */
  value: number
  budget: { atMost: number } | { atLeast: number }
}

export function holds({ value, budget }: Row): boolean {
  return 'atMost' in budget ? value <= budget.atMost : value >= budget.atLeast
}

export function table(rows: Row[]): string {
  const lines = rows.map((row) => {
    const bound =
      'atMost' in row.budget ? `≤ ${bare(row.budget.atMost)}` : `≥ ${bare(row.budget.atLeast)}`
    const verdict = holds(row) ? 'met' : '**missed**'
    return `| ${row.what} | ${row.figure} | ${row.against} | ${round(row.value)} | ${bound} | ${verdict} |`
  })
  return [
    '| what | figure | against | value | budget | |',
    '|---|---|---|---|---|---|',
    ...lines,
  ].join('\n')
}

export function percentile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function medianOf(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2)
}

/** Three digits at most, and no zeros behind them. */
const bare = (value: number) => Number(value.toPrecision(3))

export const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`
export const perSecond = (value: number) => `${Math.round(value).toLocaleString('en')}/s`
