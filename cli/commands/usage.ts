import type { FunctionUsage } from '../../api/shapes.ts'
import { answered, type Client } from '../client.ts'
import type { Context, Given } from '../command.ts'
import { table } from '../table.ts'

/** More functions than anybody looks through. */
const FUNCTIONS_MAX = 10_000

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
  const functions = await allOf(client, query)
  screen.result({ functions }, () => {
    if (functions.length === 0) return ['Nothing was used']
    return table([
      [
        'FUNCTION',
        'CALLS',
        'ERRORS',
        'THROTTLED',
        'COLD',
        'SECONDS',
        'GB-SECONDS',
        'ON LAMBDA',
        'HERE',
      ],
      ...functions.map(({ functionName, total }) => [
        functionName,
        String(total.invocations),
        String(total.errors),
        String(total.throttles),
        String(total.coldStarts),
        (total.durationMs / 1000).toFixed(3),
        total.gbSeconds.toFixed(3),
        dollars(total.lambdaUsd),
        dollars(total.hostUsd),
      ]),
    ])
  })
}

/** All of them, page by page. */
async function allOf({ api }: Client, query: object): Promise<FunctionUsage[]> {
  const functions: FunctionUsage[] = []
  let cursor: string | undefined
  do {
    const of = { ...query, ...(cursor !== undefined && { cursor }) }
    const page = answered(await api.GET('/usage', { params: { query: of } }))
    functions.push(...page.functions)
    cursor = page.cursor
  } while (cursor !== undefined && functions.length < FUNCTIONS_MAX)
  return functions
}

function dollars(usd: number | undefined): string {
  return usd === undefined ? '' : `$${usd.toFixed(6)}`
}
