import { type Static, Type } from 'typebox'
import { type Attempt, Invocation, InvocationState } from './invocation.ts'
import { StartKind, Timings } from './timings.ts'

const { attempts, ...COMMON } = Invocation.properties

/** Any invocation as it is looked up: a synchronous one that has ended, or an asynchronous one. */
export const ShownInvocation = Type.Object({
  ...COMMON,
  type: Type.Enum(['RequestResponse', 'Event']),
  state: InvocationState,
  /** Of an asynchronous one. */
  attempts: Type.Optional(attempts),
  durationMs: Type.Optional(
    Type.Number({ description: 'What the handler took; of several attempts, in the last one' }),
  ),
  memoryMb: Type.Optional(
    Type.Number({ description: 'Used at most, by what the sandbox has said' }),
  ),
  start: Type.Optional(StartKind),
  timings: Type.Optional(Timings),
  errorType: Type.Optional(Type.String()),
  errorMessage: Type.Optional(Type.String()),
  resultOmitted: Type.Optional(Type.String({ description: 'Why the result is not there' })),
})
export type ShownInvocation = Static<typeof ShownInvocation>

/** An asynchronous one, with what its last attempt tells in the same places as a synchronous one's. */
export function shownAsynchronous(invocation: Invocation): ShownInvocation {
  const { error } = invocation
  const { timings, maxMemoryMb } = lastAnswered(invocation.attempts) ?? {}
  return {
    ...invocation,
    ...(timings && { durationMs: timings.handlerMs, start: timings.start, timings }),
    ...(maxMemoryMb !== undefined && { memoryMb: maxMemoryMb }),
    ...(error && { errorType: error.errorType, errorMessage: error.errorMessage }),
  }
}

function lastAnswered(attempts: readonly Attempt[]): Attempt | undefined {
  return attempts.findLast((attempt) => attempt.timings !== undefined)
}
