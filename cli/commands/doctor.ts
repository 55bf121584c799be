import type { Check } from '../../api/shapes.ts'
import { answered } from '../client.ts'
import type { Context } from '../command.ts'
import { EXIT, Problem } from '../problem.ts'
import { columns } from '../table.ts'

/** A token is dated, and a signature refused, where clocks differ by more. */
const CLOCK_MS = 60_000

/** What the platform finds of itself, and what can be seen from here. */
export async function doctor({ client, screen }: Context): Promise<void> {
  const started = Date.now()
  const live = await client.alive()
  const checks: Check[] = [
    {
      name: 'platform',
      state: 'ok',
      found: `${client.url} answered in ${Date.now() - started} ms`,
    },
    clockOf(live.headers.get('date')),
    ...answered(await client.api.GET('/diagnosis')).checks,
  ]
  screen.result({ checks }, () =>
    columns(
      checks.map(({ name, state, found, remedy }) => [
        state,
        name,
        [found, remedy].filter(Boolean).join('. '),
      ]),
    ),
  )
  const failed = checks.filter(({ state }) => state === 'failed')
  if (failed.length === 0) return
  throw new Problem(
    `${failed.map(({ name }) => name).join(', ')} failed`,
    'Each of them says above what to do.',
    { exitCode: EXIT.refused },
  )
}

function clockOf(date: string | null): Check {
  const awayMs = Math.abs(Date.now() - Date.parse(date ?? ''))
  if (Number.isNaN(awayMs))
    return { name: 'clock', state: 'warning', found: 'No date was answered' }
  const found = `The platform's clock is ${Math.round(awayMs / 1000)} s away from this one`
  return awayMs < CLOCK_MS
    ? { name: 'clock', state: 'ok', found }
    : { name: 'clock', state: 'warning', found, remedy: 'Let both follow a time server' }
}
