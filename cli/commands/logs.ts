import type { LogFilter, LogLine } from '../../api/shapes.ts'
import { answered } from '../client.ts'
import type { Context, Given } from '../command.ts'
import { type Following, follow } from '../follow-logs.ts'
import { untilInterrupted } from '../interrupt.ts'
import { logText } from '../log-text.ts'
import type { Screen } from '../screen.ts'

interface LogsOptions {
  follow?: boolean
  invocation?: string
  level?: LogFilter['level']
  search?: string
  since?: string
  limit: number
}

export async function logs({ client, screen }: Context, given: Given<LogsOptions>): Promise<void> {
  const [name = ''] = given.words
  const { follow: follows, limit, since, level, ...rest } = given.options
  const filter: LogFilter = {}
  if (level !== undefined) filter.level = level
  for (const key of ['invocation', 'search'] as const) {
    const value = rest[key]
    if (value !== undefined) filter[key] = value
  }
  const query = { ...filter, limit, ...(since !== undefined && { from: since }) }
  const page = answered(
    await client.api.GET('/functions/{name}/logs', { params: { path: { name }, query } }),
  )
  const { lines } = page
  if (screen.json && !follows) screen.result({ lines }, () => [])
  else for (const line of lines) showLine(screen, line)
  if (!follows) return
  const signal = untilInterrupted()
  await follow(client, { name, filter, page, signal, ...shower(screen, () => '') })
}

/** Shows what is followed; `prefix` is the name of its function, where there are several. */
export function shower(screen: Screen, prefix: () => string): Pick<Following, 'show' | 'missed'> {
  return {
    show: (line) => showLine(screen, line, prefix()),
    missed: (lines) => screen.note(`${lines} lines came too fast to be shown`),
  }
}

/** As JSON, one object a line; else for a reader. */
function showLine(screen: Screen, line: LogLine, prefix = ''): void {
  screen.result({ ...(prefix && { function: prefix }), ...line }, () => [
    [...(prefix ? [['cyan', prefix] as const, '  '] : []), ...logText(line)],
  ])
}
