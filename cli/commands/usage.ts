import type { FunctionUsage } from '../../api/shapes.ts'
import type { Context, Given } from '../command.ts'
import { allPages, noteMore } from '../pages.ts'
import { table } from '../table.ts'

interface UsageOptions {
  since?: string
  until?: string
}

export async function usage(
  { client, screen }: Context,
  given: Given<UsageOptions>,
): Promise<void> {
  const [name] = given.words
  const { since, until } = given.options
  const query = {
    ...(name !== undefined && { function: name }),
    ...(since !== undefined && { from: since }),
    ...(until !== undefined && { to: until }),
  }
  const pages = await allPages((after) =>
    client.api.GET('/usage', { params: { query: { ...query, ...after } } }),
  )
  const functions = pages.flatMap((page) => page.functions)
  const { from = '', to = '', prices } = pages[0] ?? {}
  const period = `${from} to ${to}`
  screen.result({ from, to, functions, prices }, () => {
    if (functions.length === 0) return [`Nothing was used from ${period}`]
    const hasPrice = prices?.hostUsdPerGbHour !== undefined
    const headings = hasPrice ? [...HEADINGS, 'HERE'] : HEADINGS
    return [period, ...table([headings, ...rowsOf(functions)])]
  })
  noteMore(screen, pages)
}

const HEADINGS = [
  'FUNCTION',
  'CALLS',
  'ERRORS',
  'THROTTLED',
  'COLD',
  'SECONDS',
  'GB-SECONDS',
  'ON LAMBDA',
]

type Total = FunctionUsage['total']

/** One for each function, and where there are several their sum. */
function rowsOf(functions: readonly FunctionUsage[]): string[][] {
  const rows = functions.map(({ functionName, total }) => rowOf(functionName, total))
  return rows.length < 2 ? rows : [...rows, rowOf('TOTAL', sumOf(functions))]
}

function rowOf(name: string, total: Total): string[] {
  return [
    name,
    String(total.invocations),
    String(total.errors),
    String(total.throttles),
    String(total.coldStarts),
    (total.durationMs / 1000).toFixed(3),
    total.gbSeconds.toFixed(3),
    dollars(total.lambdaUsd),
    ...(total.hostUsd === undefined ? [] : [dollars(total.hostUsd)]),
  ]
}

function sumOf(functions: readonly FunctionUsage[]): Total {
  const sum: Partial<Total> = {}
  for (const { total } of functions) {
    for (const [key, value] of Object.entries(total) as [keyof Total, number][]) {
      sum[key] = (sum[key] ?? 0) + value
    }
  }
  return sum as Total
}

function dollars(usd: number): string {
  return `$${usd.toFixed(6)}`
}
