import { type Bound, isMeasured, type Result, within } from './row.ts'

/** A quick run, beside whatever else a machine does, calls it a gross regression where a figure is so many times worse than its budget. */
const GROSS = 4

/** The rows that miss their budget, or failed; in a quick run those alone that miss it by far. */
export function missed(results: Result[], quick: boolean): Result[] {
  return results.filter((row) => {
    if (!isMeasured(row)) return 'failed' in row
    const { budget, gross } = row
    return budget && !within(row.value, quick ? (gross ?? loosened(budget)) : budget)
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
