import type { Static, TSchema } from 'typebox'
import type { GatewayParts } from '../parts.ts'

/** Who calls, and with what an operation is done. */
export interface Call {
  parts: GatewayParts
  /** '' where the request was not signed. */
  accessKey: string
  /** Throws AccessDenied where the caller may not do the operation of that name, to that or in general. */
  requireAllowed(operation: string, resource?: string): void
  /** Throws AccessDenied where the caller may not invoke the function with this ARN. */
  requireInvocable(functionArn: string): void
  requestId: string
  userAgent: string | undefined
}

/** One operation of a service: what it takes, and what it answers (undefined is nothing). */
export interface Operation {
  input: TSchema
  /** The ARN that a caller's policy is asked about, by input that is not checked yet; absent: `*`. */
  resource?: (input: object) => string
  run(input: never, call: Call): unknown
}

/** By AWS's names of them. */
export type Operations = Readonly<Record<string, Operation>>

export function operation<Input extends TSchema>(
  input: Input,
  run: (input: Static<Input>, call: Call) => unknown,
): Operation {
  return { input, run }
}

export function find(operations: Operations, name: string): Operation | undefined {
  return Object.hasOwn(operations, name) ? operations[name] : undefined
}
