import { type Static, Type } from 'typebox'

/** One line of a function's log. */
export const LogLine = Type.Object({
  time: Type.String(),
  /** The invocation that wrote it; absent for what is written while a sandbox loads or idles first. */
  invocationId: Type.Optional(Type.String()),
  text: Type.String(),
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
  text: string | (() => string)
}

/** Where the pool puts a function's lines; never waits, and drops the oldest when it is full. */
export interface LogSink {
  write(functionName: string, entry: LogEntry): void
}

export function lineOf({ timeMs, invocationId, text }: LogEntry): LogLine {
  const time = new Date(timeMs).toISOString()
  const written = typeof text === 'string' ? text : text()
  return invocationId === undefined
    ? { time, text: written }
    : { time, invocationId, text: written }
}
