import type { LogLine } from '../api/shapes.ts'
import type { Screen } from './screen.ts'
import { inert } from './table.ts'

/** As the runtime writes what a handler logs: time, id, level and message, with tabs between. */
const CONSOLE = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)\t[^\t]*\t([A-Z]+)\t(.*)$/s
/** What the platform itself says of an invocation. */
const FRAME = /^(?:START|END|REPORT|INIT_START) /

/** A line for a reader: the time of day, the level where it has one, and the message. */
export function logText(screen: Screen, line: LogLine, stream: NodeJS.WriteStream): string {
  const [, time = line.time, written, message = line.text] = CONSOLE.exec(line.text) ?? []
  const level = (written ?? line.level ?? '').toUpperCase()
  const clock = screen.styled('dim', time.slice(11, 23), stream)
  const text = inert(message.trimEnd())
  if (FRAME.test(text)) return `${clock}  ${screen.styled('dim', text, stream)}`
  const shown = level === '' ? text : `${level.padEnd(5)} ${text}`
  const color =
    level === 'ERROR' || level === 'FATAL' ? 'red' : level === 'WARN' ? 'yellow' : undefined
  return `${clock}  ${color ? screen.styled(color, shown, stream) : shown}`
}
