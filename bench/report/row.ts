import type { Spread } from '../statistics.ts'

export type Bound = { atMost: number } | { atLeast: number }

/** One line of the table: a figure, what it is measured against, and whether it holds. */
export interface Row extends Spread {
  what: string
  /** The figure in its own unit, for the reader. */
  figure: string
  /** What it was compared with in the same run. */
  against: string
  /** What the value must keep to. A row without one is there to be read: a limit, or a peer. */
  budget?: Bound
  /** Past it a quick run, on a busy machine too, calls it a gross regression; four times the budget if not given. */
  gross?: Bound
  /** Where it was compared with a peer: the values with which we are ahead. */
  ahead?: Bound
}

/** What could not be measured, and why: without a value. */
export interface Unmeasured {
  what: string
  reason: string
  /** It should have been possible: counts as a row that is missed. */
  failed?: true
}

/** As it stands in the results. */
export type Result = (Row | Unmeasured) & {
  topic: string
  /** Load average of the last minute when the topic was done. */
  load: number
}

export function isMeasured(row: Result): row is Result & Row {
  return 'value' in row
}

export function within(value: number, bound: Bound): boolean {
  return 'atMost' in bound ? value <= bound.atMost : value >= bound.atLeast
}

export const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`
export const perSecond = (value: number) => `${Math.round(value).toLocaleString('en')}/s`
export const mb = (value: number) => `${value.toFixed(1)} MB`
