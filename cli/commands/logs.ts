import type { LogFilter } from '../../api/shapes.ts'
import { answered } from '../client.ts'
import type { Context, Given } from '../command.ts'
import { type Following, follow } from '../follow-logs.ts'
import { untilInterrupted } from '../interrupt.ts'
import { logText } from '../log-text.ts'
import { misuse } from '../problem.ts'
import type { Screen } from '../screen.ts'

interface LogsOptions {
  follow?: boolean
  invocation?: string
  level?: LogFilter['level']
  search?: string
  since?: string
  until?: string
  limit: number
}

export async function logs({ client, screen }: Context, given: Given<LogsOptions>): Promise<void> {
  const [name = ''] = given.words
  const { follow: follows, limit, since, until, level, invocation, search } = given.options
  if (follows && until !== undefined) {
    throw misuse('What is followed has no end', 'Leave out --until, or --follow.')
  }
  const filter: LogFilter = {
    ...(level !== undefined && { level }),
    ...(invocation !== undefined && { invocation }),
    ...(search !== undefined && { search }),
  }
  const query = {
    ...filter,
    limit,
    ...(since !== undefined && { from: since }),
    ...(until !== undefined && { to: until }),
  }
  const page = answered(
    await client.api.GET('/functions/{name}/logs', { params: { path: { name }, query } }),
  )
  if (!follows) {
    const none = `${name} has logged nothing${Object.keys(query).length > 1 ? ' like that' : ''}`
    if (page.lines.length === 0) screen.hint(none)
    screen.result({ lines: page.lines }, () => page.lines.map(logText))
    return
  }
  const shown = shower(screen, () => '')
  for (const line of page.lines) shown.show(line)
  const away = awayTeller(screen)
  await follow(client, { name, filter, page, signal: untilInterrupted(), ...shown, away })
}

/** Tells once of a platform that is away, and that it is there again, however many functions are followed. */
export function awayTeller(screen: Screen): Following['away'] {
  let isAway = false
  return (problem) => {
    const isNews = isAway !== (problem !== undefined)
    isAway = problem !== undefined
    if (!isNews) return
    if (problem) screen.note([['yellow', `${problem.message}; asking again until it is there`]])
    else screen.note('The platform is there again')
  }
}

/**
 * Shows what is followed, as JSON one object a line; `prefix` is the name of its function, where there
 * are several.
 */
export function shower(screen: Screen, prefix: () => string): Pick<Following, 'show' | 'missed'> {
  return {
    show: (line) => {
      const name = prefix()
      screen.result({ ...(name && { function: name }), ...line }, () => [
        [...(name ? [['cyan', name] as const, '  '] : []), ...logText(line)],
      ])
    },
    missed: (lines) => {
      const name = prefix()
      screen.note(`${lines} lines ${name && `of ${name} `}came too fast to be shown`)
    },
  }
}
