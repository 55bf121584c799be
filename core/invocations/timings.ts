import { type Static, Type } from 'typebox'

/**
 * warm: one that ran. thawed: one that was idle for long, and frozen. generic: made of one that
 * waited, booted. new: started for it.
 */
export const StartKind = Type.Enum(['warm', 'thawed', 'generic', 'new'], {
  description: 'How the sandbox was had',
})
export type StartKind = Static<typeof StartKind>

/** Milliseconds that one invocation spent in each place; their sum is what it took. What does not apply is 0. */
export const Timings = Type.Object({
  queueMs: Type.Number({ description: 'Waiting for room' }),
  acquireMs: Type.Number({ description: 'Getting the sandbox' }),
  codeMs: Type.Number({ description: 'Putting the code into it' }),
  initMs: Type.Number({ description: 'Loading the handler' }),
  handlerMs: Type.Number({ description: 'The handler itself' }),
  responseMs: Type.Number({ description: 'The way to the handler and back' }),
  start: StartKind,
  why: Type.Optional(Type.String({ description: 'Why no warm sandbox took it' })),
})
export type Timings = Static<typeof Timings>

/** In the order in which an invocation goes through them. */
export const PLACES = [
  'queueMs',
  'acquireMs',
  'codeMs',
  'initMs',
  'handlerMs',
  'responseMs',
] as const satisfies (keyof Timings)[]

/** Of an invocation that has spent no time yet. */
export function noTimings(): Timings {
  return {
    queueMs: 0,
    acquireMs: 0,
    codeMs: 0,
    initMs: 0,
    handlerMs: 0,
    responseMs: 0,
    start: 'warm',
  }
}
