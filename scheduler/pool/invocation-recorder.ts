import { HearthError } from '../../core/errors.ts'
import type { FunctionDefinition } from '../../core/functions/function.ts'
import type { EndedInvocation } from '../../core/invocations/invocation-tally.ts'
import type { Timings } from '../../core/invocations/timings.ts'
import type { InvokeRequest } from '../../core/links/invoke-link.ts'

/** What an invocation was asked for and came to, beside its numbers. */
export interface RecordedCall {
  request: InvokeRequest
  timings: Timings
  /** When it came, by `performance.now()`. */
  enteredAt: number
  /** Where it failed. */
  errorMessage?: string | undefined
  /** What it answered; none where it has been streamed. `contentType`: it may be no JSON. */
  result?: Buffer | undefined
  contentType?: string | undefined
}

/**
 * Who hears of each invocation that the pool has ended, once. Called on the way of every invocation: it
 * neither waits nor throws.
 */
export interface InvocationRecorder {
  /** It has run, or its function could not be loaded. */
  ended(definition: FunctionDefinition, invocation: EndedInvocation, call: RecordedCall): void
  /** It has not run, or its sandbox was lost: the caller's doing, or the platform's. */
  refused?(definition: FunctionDefinition, error: Error, call: RecordedCall): void
}

/** Whether an invocation was refused for want of room: what Lambda counts as a throttle. */
export function isThrottle(error: Error): boolean {
  return error instanceof HearthError && error.code === 'TooManyRequests'
}

/** Tells each of them. */
export function recorderOf(recorders: readonly InvocationRecorder[]): InvocationRecorder {
  return {
    ended(definition, invocation, call) {
      for (const recorder of recorders) recorder.ended(definition, invocation, call)
    },
    refused(definition, error, call) {
      for (const recorder of recorders) recorder.refused?.(definition, error, call)
    },
  }
}
