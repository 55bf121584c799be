import { type Static, Type } from 'typebox'

/** One line of a function's log. */
export const LogLine = Type.Object({
  time: Type.String(),
  /** The invocation that wrote it; absent for what is written while a sandbox loads or idles first. */
  invocationId: Type.Optional(Type.String()),
  text: Type.String(),
})
export type LogLine = Static<typeof LogLine>

/** Where the pool puts a function's lines; never waits, and drops the oldest when it is full. */
export interface LogSink {
  write(functionName: string, line: LogLine): void
}
