import { type Bound, isMeasured, type Result, within } from './row.ts'

/** Where a quick run calls a figure a gross regression: half as good as the budget wants it. */
const GROSS = 2

/** The rows that miss their budget, or failed; in a quick run those alone that miss it by far. */
export function missed(results: Result[], quick: boolean): Result[] {
  return results.filter((row) => {
    if (!isMeasured(row)) return 'failed' in row
    return row.budget && !within(row.value, quick ? loosened(row.budget) : row.budget)
  })
}

/** The rows in which a peer does better than we do. */
export function beaten(results: Result[]): Result[] {
  return results.filter(
    (row) => isMeasured(row) && row.ahead !== undefined && !within(row.value, row.ahead),
  )
}

function loosened(budget: Bound): Bound {
  return 'atMost' in budget
    ? { atMost: budget.atMost * GROSS }
    : { atLeast: budget.atLeast / GROSS }
}
