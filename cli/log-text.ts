import type { LogLine } from '../api/shapes.ts'
import type { Line } from './screen.ts'

/** As the runtime writes what a handler logs: time, id, level and message, with tabs between. */
const CONSOLE = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)\t[^\t]*\t([A-Z]+)\t(.*)$/s
/** What the platform itself says of an invocation. */
const FRAME = /^(?:START|END|REPORT|INIT_START) /

/** A line for a reader: the time of day, the level where it has one, and the message. */
export function logText(line: LogLine): Exclude<Line, string> {
  const [, time = line.time, written, message = line.text] = CONSOLE.exec(line.text) ?? []
  const level = (written ?? line.level ?? '').toUpperCase()
  const clock = ['dim', time.slice(11, 23)] as const
  const text = message.trimEnd()
  if (FRAME.test(text)) return [clock, '  ', ['dim', text]]
  const shown = level === '' ? text : `${level.padEnd(5)} ${text}`
  if (level === 'ERROR' || level === 'FATAL') return [clock, '  ', ['red', shown]]
  return [clock, '  ', level === 'WARN' ? ['yellow', shown] : shown]
}
