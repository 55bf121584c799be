import type { FunctionDefinition } from '../types.ts'

/** What each part of a function's page is given. */
export interface PartProps {
  definition: FunctionDefinition
  /** Reads the function again, after a change. */
  reload(): void
}
