/**
 * Names what is added to numbers in Redis, so that it is added once although it is sent again: after a
 * lost answer nobody can tell whether it was taken. A writer numbers its batches from 1, and sends the
 * next one when it has heard of the last; core/lua/once.lua remembers the number of each writer.
 */
export interface BatchId {
  /** Another one at each start. */
  writer: string
  number: number
}

/** For so long; a batch that is sent again after more than that may count twice. */
export const WRITER_MS = 7 * 24 * 3600_000
