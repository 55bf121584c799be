import type { FunctionDefinition } from '../types.ts'

/** What each part of a function's page is given. */
export interface PartProps {
  definition: FunctionDefinition
  /** Shows the function as a change has answered it. */
  take(definition: FunctionDefinition): void
  /** Reads the function again, after a change that did not answer it. */
  reload(): void
}
