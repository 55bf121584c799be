import { isMeasured, type Result, type Row, type Unmeasured, within } from './row.ts'

const HEADER = '| what | figure | against | value | lowest – highest | load | budget | |'

/** All results as one table of Markdown. */
export function table(results: Result[]): string {
  return [HEADER, '|---|---|---|---|---|---|---|---|', ...results.map(lineOf)].join('\n')
}

function lineOf(row: Result): string {
  const cells = isMeasured(row)
    ? [
        row.what,
        row.figure,
        row.against,
        round(row.value),
        spreadOf(row),
        row.load.toFixed(1),
        boundOf(row),
        verdictOf(row),
      ]
    : [row.what, 'not measured', row.reason, '', '', row.load.toFixed(1), '', failureOf(row)]
  return `| ${cells.map(inCell).join(' | ')} |`
}

/** What was measured a single time has none. */
function spreadOf({ spread: [low, high] }: Row): string {
  return low === high ? '' : `${round(low)} – ${round(high)}`
}

/** A peer's bound is said by "ahead" alone. */
function boundOf({ budget }: Row): string {
  if (!budget) return ''
  return 'atMost' in budget ? `≤ ${bare(budget.atMost)}` : `≥ ${bare(budget.atLeast)}`
}

function verdictOf({ value, budget, ahead }: Row): string {
  const words: string[] = []
  if (budget) words.push(within(value, budget) ? 'met' : '**missed**')
  if (ahead) words.push(within(value, ahead) ? 'ahead' : '**behind**')
  return words.join(', ')
}

const failureOf = ({ failed }: Unmeasured) => (failed ? '**failed**' : '')

function round(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

/** Three digits at most, and no zeros behind them. */
const bare = (value: number) => Number(value.toPrecision(3))

const inCell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
