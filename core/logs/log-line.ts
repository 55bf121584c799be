import { type Static, Type } from 'typebox'
import { LOG_LEVELS, type LogLevel, structureOf } from './line-structure.ts'

/** One line of a function's log. */
export const LogLine = Type.Object({
  time: Type.String(),
  /** The invocation that wrote it; absent for what is written while a sandbox loads or idles first. */
  invocationId: Type.Optional(Type.String()),
  level: Type.Optional(
    Type.Unsafe<LogLevel>({
      type: 'string',
      enum: [...LOG_LEVELS],
      description: 'What the line says of itself; absent where it says nothing',
    }),
  ),
  text: Type.String(),
  data: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: 'The JSON object that the text is, or that the text of a console record is',
    }),
  ),
})
export type LogLine = Static<typeof LogLine>

/**
 * A line on its way. Of a busy function most lines are never kept, so a text may be made when it is;
 * what makes it should hold no more than it needs.
 */
export interface LogEntry {
  /** Epoch milliseconds. */
  timeMs: number
  invocationId?: string | undefined
  /** Log stream of the sandbox that wrote it, as Lambda names them: `YYYY/MM/DD/[version]hex`. */
  stream?: string | undefined
  text: string | (() => string)
}

/** A line as it is kept. */
export interface KeptLine {
  timeMs: number
  invocationId?: string | undefined
  stream?: string | undefined
  text: string
}

/** Where the pool puts a function's lines; never waits, and drops the oldest when it is full. */
export interface LogSink {
  write(functionName: string, entry: LogEntry): void
}

/** A line as it is shown: with its level and its data, where it has them. */
export function lineOf({ timeMs, invocationId, text }: LogEntry): LogLine {
  const written = typeof text === 'string' ? text : text()
  const { level, data } = structureOf(written)
  return {
    time: new Date(timeMs).toISOString(),
    ...(invocationId !== undefined && { invocationId }),
    ...(level !== undefined && { level }),
    text: written,
    ...(data !== undefined && { data }),
  }
}
