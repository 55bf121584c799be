import type { Check } from '../../api/shapes.ts'
import type { Context } from '../command.ts'
import { EXIT, Problem } from '../problem.ts'
import { columns } from '../table.ts'

/** A token is dated, and a signature refused, where clocks differ by more. */
const CLOCK_MS = 60_000

/** What the platform finds of itself, and what can be seen from here. */
export async function doctor({ client, screen }: Context): Promise<void> {
  const started = Date.now()
  const live = await client.raw('/health/live')
  const checks: Check[] = [
    {
      name: 'platform',
      state: 'ok',
      found: `${client.url} answered in ${Date.now() - started} ms`,
    },
    clockOf(live.headers.get('date')),
    ...(await platformChecks(client)),
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

async function platformChecks({ api, allowing, raw }: Context['client']): Promise<Check[]> {
  const { data } = await api.GET('/diagnosis', allowing(404))
  if (data) return data.checks
  // An older platform says no more than whether its parts are up.
  const health = (await (await raw('/health/ready', {}, [503])).json()) as Health
  return Object.entries(health.dependencies).map(([name, { state, detail }]) => ({
    name,
    state: state === 'down' ? 'failed' : state === 'off' ? 'warning' : 'ok',
    found: detail ?? state,
  }))
}

interface Health {
  dependencies: Record<string, { state: 'up' | 'down' | 'off'; detail?: string }>
}
