import { answered } from '../client.ts'
import type { Context, Given } from '../command.ts'
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
  const { functions } = answered(await client.api.GET('/usage', { params: { query } }))
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

function dollars(usd: number | undefined): string {
  return usd === undefined ? '' : `$${usd.toFixed(6)}`
}
